// The options of the commands that read results: predict, evaluate, landscape, reconstruct, export, inspect.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "options/evaluate_options.hpp"
#include "options/export_options.hpp"
#include "options/inspect_options.hpp"
#include "options/landscape_options.hpp"
#include "options/predict_options.hpp"
#include "options/reconstruct_options.hpp"
#include "tests/support/error_of.hpp"

namespace elastem::cli {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

/// A command's options with what it requires, and what it says to further words.
template <class Options>
struct Reader {
  std::string command;
  Words required;

  Options read(const Words& more) const {
    Words words = required;
    words.insert(words.end(), more.begin(), more.end());
    return read_options<Options>(command, words);
  }
  std::string refusal(const Words& more) const {
    return error_of([&] { read(more); });
  }
};

const Reader<PredictOptions> predict{"predict",
                                     {"-i", "p.star", "-m", "modes.h5", "-w", "n.pt", "-o", "p.h5"}};
const Reader<EvaluateOptions> evaluate{"evaluate", {"-i", "a.h5", "-t", "truth.h5"}};
const Reader<LandscapeOptions> landscape{"landscape", {"-i", "a.h5", "-m", "modes.h5", "-o", "out"}};
const Reader<ReconstructOptions> reconstruct{"reconstruct", {"-i", "p.star", "-a", "a.h5", "-o", "map.mrc"}};
const Reader<ExportOptions> to_star{"export", {"-i", "a.h5", "-o", "a.star"}};

TEST(PredictOptions, APriorNeedsARefinement) {
  EXPECT_FALSE(predict.read({}).refine);
  EXPECT_THAT(predict.refusal({"--learn-prior"}), HasSubstr("add --refine"));
  EXPECT_THAT(predict.refusal({"--network-prior"}), HasSubstr("add --refine"));
  EXPECT_THAT(predict.refusal({"--refine", "--learn-prior", "--network-prior"}),
              HasSubstr("either learnt or known"));
  EXPECT_TRUE(predict.read({"--refine", "--learn-prior"}).learn_prior);
}

TEST(PredictOptions, ThreadsAndDeviceDoNotShapeTheResult) {
  PredictOptions o;
  OptionTable table("predict", "");
  declare(table, o);
  Words words = predict.required;
  words.insert(words.end(), {"--threads", "2", "--refine"});
  table.parse(words);
  EXPECT_EQ(o.threads, 2);
  for (const auto& line : table.effective()) {
    EXPECT_FALSE(line.starts_with("threads=") || line.starts_with("device=") || line.starts_with("output="))
        << line;
  }
  EXPECT_THAT(table.effective(), testing::Contains("refine=true"));
}

TEST(PredictOptions, ReachItsParts) {
  const PredictOptions o = predict.read({"--invert", "--datadir", "raw", "--device", "cpu"});
  EXPECT_TRUE(o.source.inverted);
  EXPECT_EQ(o.source.datadir, "raw");
  EXPECT_EQ(o.device, DeviceChoice::cpu);
  EXPECT_THAT(predict.refusal({"--device", "cuba"}), HasSubstr("cuda"));
}

TEST(EvaluateOptions, HaveWhatTheTruthDoesNotSay) {
  EXPECT_FALSE(evaluate.read({}).pixel_size || evaluate.read({}).atom_count);
  const EvaluateOptions o = evaluate.read({"--pixel-size", "1.5", "--atom-count", "214", "--json"});
  EXPECT_EQ(o.pixel_size, 1.5);
  EXPECT_EQ(o.atom_count, 214);
  EXPECT_TRUE(o.json);
  EXPECT_THAT(evaluate.refusal({"--pixel-size", "0"}), HasSubstr("above 0"));
  EXPECT_THAT(evaluate.refusal({"--atom-count", "0"}), HasSubstr("1 or more"));
}

TEST(EvaluateOptions, StructuresNeedTheModesOfTheResult) {
  const EvaluateOptions o = evaluate.read({"--structures", "folder", "-m", "modes.h5"});
  EXPECT_EQ(o.structures, "folder");
  EXPECT_EQ(o.modes_file, "modes.h5");
  EXPECT_THAT(evaluate.refusal({"--structures", "folder"}), HasSubstr("give --modes-file FILE"));
  EXPECT_THAT(evaluate.refusal({"-m", "modes.h5"}), HasSubstr("goes with --structures only"));
  EXPECT_THAT(evaluate.refusal({"--structures", "folder", "-m", "modes.h5", "--pixel-size", "2"}),
              HasSubstr("--pixel-size"));
  EXPECT_NE(next_step(o).find("-m modes.h5"), std::string::npos);
}

TEST(EvaluateOptions, AStarFileIsTheTruthOfStructuresAlone) {
  const Reader<EvaluateOptions> star{"evaluate", {"-i", "a.h5", "-t", "truth.star"}};
  EXPECT_THAT(star.refusal({}), HasSubstr("truth.star is no HDF5 table"));
  EXPECT_EQ(star.read({"--structures", "folder", "-m", "modes.h5"}).truth, "truth.star");
}

TEST(LandscapeOptions, LeaveOutliersOutUnlessAsked) {
  EXPECT_FALSE(landscape.read({}).with_outliers);
  EXPECT_TRUE(landscape.read({"--with-outliers"}).with_outliers);
  EXPECT_TRUE(landscape.read({"--accept-mismatch"}).matching.accept_mismatch);
  EXPECT_EQ(landscape.read({}).frames, LandscapeOptions().frames);
  EXPECT_THAT(landscape.refusal({"--frames", "0"}), HasSubstr("between 1 and 1000"));
}

TEST(LandscapeOptions, WaysMayBeGivenAgainAndShapeTheResult) {
  const LandscapeOptions o = landscape.read({"--path", "1 : 2", "--path", "q7=1 : 5", "--even-views"});
  EXPECT_EQ(o.paths, (Words{"1 : 2", "q7=1 : 5"}));
  EXPECT_TRUE(o.even_views);
  EXPECT_FALSE(landscape.read({}).even_views);
  LandscapeOptions read;
  OptionTable table("landscape", "");
  declare(table, read);
  Words words = landscape.required;
  words.insert(words.end(), {"--even-views", "--path", "1 : 2"});
  table.parse(words);
  EXPECT_THAT(table.effective(), testing::IsSupersetOf({"even-views=true", "path=1 : 2"}));
}

TEST(ReconstructOptions, RefuseWhatMakesNoSense) {
  const ReconstructOptions o = reconstruct.read({"--mask-radius", "40", "--max-resolution", "8"});
  EXPECT_EQ(o.mask_radius, 40);
  EXPECT_EQ(o.max_resolution, 8);
  EXPECT_FALSE(o.with_outliers || o.matching.accept_mismatch);
  EXPECT_THAT(reconstruct.refusal({"--regularisation", "0"}), HasSubstr("regularisation"));
  EXPECT_THAT(reconstruct.refusal({"--regularisation", "2"}), HasSubstr("regularisation"));
  EXPECT_THAT(reconstruct.refusal({"--mask-radius", "-1"}), HasSubstr("0 or more"));
  EXPECT_FALSE(o.regularisation);
  EXPECT_EQ(reconstruct.read({"--regularisation", "0.01"}).regularisation, 0.01);
  EXPECT_EQ(reconstruct.read({"--symmetry", "d4"}).symmetry, "d4");
  EXPECT_THAT(reconstruct.refusal({"--symmetry", "C0"}), HasSubstr("--symmetry: C0 is no point group"));
  EXPECT_THAT(reconstruct.refusal({"--symmetry", "D2", "--undo-motion", "-m", "m.h5"}),
              HasSubstr("leave out --undo-motion"));
  EXPECT_EQ(reconstruct.read({"--halves", "--b-factor", "-80"}).b_factor, -80);
  EXPECT_FALSE(reconstruct.read({"--halves"}).b_factor);
  EXPECT_EQ(reconstruct.read({"--halves", "--local-resolution", "--local-step", "9"}).local_step, 9);
  EXPECT_THAT(reconstruct.refusal({"--local-resolution"}), HasSubstr("give --halves"));
  EXPECT_THAT(reconstruct.refusal({"--halves", "--local-window", "9"}), HasSubstr("local-window"));
  EXPECT_THAT(reconstruct.refusal({"--b-factor", "-80"}), HasSubstr("give --halves"));
  EXPECT_THAT(reconstruct.refusal({"--residual"}), HasSubstr("give --modes-file"));
  EXPECT_THAT(reconstruct.refusal({"--states"}), HasSubstr("give its folder with --landscape"));
  EXPECT_THAT(reconstruct.refusal({"--along", "path_1_2"}), HasSubstr("give its folder with --landscape"));
  EXPECT_THAT(reconstruct.refusal({"--along", "q7", "--states", "--landscape", "d"}),
              HasSubstr("other maps"));
  EXPECT_THAT(reconstruct.refusal({"--frames", "5"}), HasSubstr("is for --along"));
  EXPECT_TRUE(reconstruct.read({"--states", "--landscape", "d"}).states);
  EXPECT_EQ(reconstruct.read({"--along", "q7", "--frames", "5"}).frames, 5);
}

TEST(ExportOptions, TakeTheParticlesOfTheResultUnlessOthersAreNamed) {
  EXPECT_EQ(to_star.read({}).source.path, "");
  EXPECT_EQ(to_star.read({"--particles", "subset.star"}).source.path, "subset.star");
  EXPECT_THAT(next_step(to_star.read({})), HasSubstr("a.star"));
}

TEST(SelectionOptions, AreThoseOfEveryCommandThatReadsAResult) {
  EXPECT_EQ(landscape.read({}).selection.text, "");
  const Words words = {"--selection", "state == 1", "--landscape", "land"};
  for (const SelectionOptions& selection :
       {landscape.read(words).selection, reconstruct.read(words).selection, to_star.read(words).selection}) {
    EXPECT_EQ(selection.text, "state == 1");
    EXPECT_EQ(selection.landscape, "land");
  }
  EXPECT_THAT(to_star.refusal({"--landscape", "land"}), HasSubstr("is for --selection"));
  EXPECT_THAT(to_star.refusal({"--selection", " "}), HasSubstr("is empty"));
}

TEST(InspectOptions, TheFileNeedsNoName) {
  EXPECT_EQ((read_options<InspectOptions>("inspect", {"modes.h5"}).source.path), "modes.h5");
  EXPECT_EQ(next_step(read_options<InspectOptions>("inspect", {"set.star"})),
            "elastem align -i set.star -m modes.h5 -o alignment.h5");
  EXPECT_EQ(next_step(read_options<InspectOptions>("inspect", {"modes.h5"})), "");
  EXPECT_THAT(error_of([] { read_options<InspectOptions>("inspect", {}); }), HasSubstr("missing"));
}

TEST(InspectOptions, TheNextStepRepeatsHowParticlesAreRead) {
  EXPECT_EQ(next_step(read_options<InspectOptions>(
                "inspect", {"set.star", "--stack", "s.stk", "--pixel-size", "1.5", "--negative-defocus"})),
            "elastem align -i set.star --stack s.stk --pixel-size 1.5 --negative-defocus -m modes.h5 -o "
            "alignment.h5");
}

TEST(InspectOptions, ASecondFileIsComparedWithTheFirst) {
  const auto o = read_options<InspectOptions>("inspect", {"a.h5", "b.h5", "--worst", "5", "--json"});
  EXPECT_EQ(o.source.path, "a.h5");
  EXPECT_EQ(o.against, "b.h5");
  EXPECT_EQ(o.worst, 5);
  EXPECT_TRUE(o.json && o.of_table());
  EXPECT_FALSE(read_options<InspectOptions>("inspect", {"a.h5"}).of_table());
  EXPECT_TRUE(read_options<InspectOptions>("inspect", {"a.h5", "--rows", "1-5"}).of_table());
  EXPECT_THAT(error_of([] {
                read_options<InspectOptions>("inspect", {"a.h5", "--worst", "0"});
              }),
              HasSubstr("between 1 and 100000"));
}

}  // namespace
}  // namespace elastem::cli
