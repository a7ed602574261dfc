#include "options/synthesize_options.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem::cli {
namespace {

SynthesizeOptions options_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"-m", "modes.h5", "-o", "particles.star", "--modes", "7-9"});
  return read_options<SynthesizeOptions>("synthesize", arguments);
}

std::vector<std::string> effective_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"-m", "modes.h5", "-o", "particles.star", "--modes", "7-9"});
  SynthesizeOptions o;
  OptionTable table("synthesize", "");
  declare(table, o);
  table.parse(arguments);
  return table.effective();
}

void expect_refused(const std::vector<std::string>& arguments, std::initializer_list<std::string> parts) {
  expect_error([&] { options_of(arguments); }, parts);
}

TEST(SynthesizeOptions, DefaultsAreTheReferenceExperiment) {
  const Recipe recipe = options_of({}).recipe, reference = reference_experiment();
  EXPECT_EQ(recipe.relation, Relation::helix);
  EXPECT_TRUE(recipe.orientation.preferred.empty() && recipe.orientation.psi_uniform);
  EXPECT_EQ(recipe.shift_px, 5);
  EXPECT_EQ(recipe.optics->defocus, (Interval{5000, 5000}));
  EXPECT_EQ(recipe.optics->astigmatism, Interval{});
  EXPECT_EQ(recipe.ctf, reference.ctf);
  EXPECT_TRUE(recipe.ctf.enabled);
  EXPECT_EQ(recipe.snr, 0.1);
  EXPECT_EQ(recipe.grid.size, reference.grid.size);
  EXPECT_EQ(recipe.grid.pixel_size, 2.2);
  EXPECT_EQ(recipe.background_radius, 0);
}

TEST(SynthesizeOptions, ViewsAreUniformAFileOrAList) {
  const auto views = options_of({"--views", "0,90;45.5,60,2", "--view-spread", "5", "--view-share", "0.7"})
                         .recipe.orientation;
  ASSERT_EQ(views.preferred.size(), 2U);
  EXPECT_EQ(views.preferred[0].tilt, 90);
  EXPECT_EQ(views.preferred[0].weight, 1);
  EXPECT_EQ(views.preferred[1].rot, 45.5);
  EXPECT_EQ(views.preferred[1].weight, 2);
  EXPECT_EQ(views.spread, 5);
  EXPECT_EQ(options_of({"--views", "-30,20"}).recipe.orientation.preferred[0].rot, -30);
  EXPECT_EQ(options_of({"--views", "seen.star"}).sources.views, "seen.star");
  for (const char* text : {"top", "10", "1,2,3,4", "1,x", "1,2;", ";1,2", "1,,2"})
    expect_refused({"--views=" + std::string(text)}, {"--views", "uniform"});
  expect_refused({"--views", "1,2,0"}, {"--views", "weight"});
  expect_refused({"--view-spread", "5"}, {"--view-spread", "--views"});
  expect_refused({"--views", "seen.star", "--psi", "0"}, {"--psi", "seen.star"});
  expect_refused({"--psi", "90"}, {"--psi", "uniform or 0"});
  expect_refused({"--shift-distribution", "gausian"}, {"--shift-distribution", "did you mean gaussian"});
}

TEST(SynthesizeOptions, OpticsAreFixedARangeAFileOrNone) {
  EXPECT_EQ(options_of({"--defocus", "5000-25000"}).recipe.optics->defocus, (Interval{5000, 25000}));
  EXPECT_EQ(options_of({"--defocus", "-2000-1e3"}).recipe.optics->defocus, (Interval{-2000, 1000}));
  EXPECT_EQ(options_of({"--defocus", "seen.xmd"}).sources.optics, "seen.xmd");
  EXPECT_FALSE(options_of({"--defocus", "none"}).recipe.ctf.enabled);
  const auto optics =
      *options_of({"--astigmatism", "100-500", "--astigmatism-angle", "30", "--phase-shift", "90"})
           .recipe.optics;
  EXPECT_EQ(optics.astigmatism, (Interval{100, 500}));
  EXPECT_EQ(optics.angle, 30);
  EXPECT_EQ(optics.phase_shift, (Interval{90, 90}));
  for (const char* text : {"2000-1000", "5000-", "much", "1000-2000-3000"})
    expect_refused({"--defocus", text}, {"--defocus", text, "LOW-HIGH"});
  expect_refused({"--astigmatism", "x"}, {"--astigmatism", "range"});
  expect_refused({"--astigmatism-angle", "30"}, {"--astigmatism-angle", "--astigmatism"});
  expect_refused({"--defocus", "none", "--astigmatism", "100"}, {"--astigmatism", "--defocus none"});
  expect_refused({"--defocus", "none", "--ctf-correction", "wiener"}, {"--ctf-correction", "--defocus none"});
  expect_refused({"--defocus", "seen.star", "--voltage", "300"}, {"--voltage", "seen.star"});
  expect_refused({"--ctf-correction", "flip"}, {"--ctf-correction", "phase-flip"});
  expect_refused({"--wiener-constant", "0.2"}, {"--wiener-constant", "wiener"});
  expect_refused({"--ctf-correction", "wiener", "--wiener-constant", "0"}, {"--wiener-constant", "above 0"});
  expect_refused({"--ctf-b-factor=-1"}, {"--ctf-b-factor", "0 or more"});
  expect_refused({"--voltage", "0"}, {"--voltage", "above 0"});
  expect_refused({"--amplitude-contrast", "2"}, {"--amplitude-contrast", "between"});
}

TEST(SynthesizeOptions, ARelationTakesWhatItNeedsAndNothingElse) {
  EXPECT_EQ(options_of({"--relation", "table", "--amplitudes", "q.txt"}).sources.amplitudes, "q.txt");
  EXPECT_EQ(options_of({"--relation", "grid", "--grid-points", "5"}).recipe.grid_points, 5);
  expect_refused({"--relation", "table"}, {"--amplitudes FILE"});
  expect_refused({"--relation", "structures"}, {"--structures PATH"});
  expect_refused({"--amplitudes", "q.txt"}, {"--amplitudes", "--relation table"});
  expect_refused({"--structures", "folder"}, {"--structures", "--relation structures"});
  expect_refused({"--relation", "table", "--amplitudes", "q.txt", "--amplitude", "9"},
                 {"--amplitude:", "table"});
  expect_refused({"--grid-points", "5"}, {"--grid-points", "--relation grid"});
  expect_refused({"--relation", "grid", "--grid-points", "1"}, {"--grid-points", "2 or more"});
  expect_refused({"-n", "0"}, {"--number", "1 or more"});
}

TEST(SynthesizeOptions, GreyScaleOptionsFitTogether) {
  const auto grey = options_of({"--normalise", "background", "--background-radius", "20", "--invert",
                                "--bounds", "none", "--snr", "none"})
                        .recipe;
  EXPECT_EQ(grey.background_radius, 20);
  EXPECT_TRUE(grey.invert);
  EXPECT_EQ(grey.bounds, false);
  EXPECT_FALSE(grey.snr);
  expect_refused({"--background-radius", "20"}, {"--background-radius", "--normalise background"});
  expect_refused({"--normalise", "circle"}, {"--normalise", "image, background or none"});
  expect_refused({"--bounds", "some"}, {"--bounds", "all or none"});
  expect_refused({"--snr", "low"}, {"--snr", "neither a finite number nor none"});
  expect_refused({"--snr", "none", "--noise-spectrum", "n.txt"}, {"--noise-spectrum", "--snr none"});
}

TEST(SynthesizeOptions, AResumedRunComparesWhatShapesTheParticles) {
  const auto effective = effective_of({"--views", "0,90", "--defocus", "1000-2000", "--invert",
                                       "--noise-spectrum", "n.txt", "--amplitude", "41"});
  for (const char* option :
       {"views=0,90", "amplitude=41.000000", "snr=0.1", "psi=uniform", "astigmatism-angle=uniform",
        "relation=helix", "defocus=1000-2000", "invert=true", "noise-spectrum=n.txt", "view-share=1",
        "shift-distribution=uniform", "bounds=all", "ctf-correction=none"})
    EXPECT_NE(std::ranges::find(effective, option), effective.end()) << option;
}

TEST(SynthesizeOptions, AreStoredAsTheyAreUsed) {
  SynthesizeOptions o;
  OptionTable table("synthesize", "");
  declare(table, o);
  table.parse({"-m", "modes.h5", "-o", "particles.star", "--modes", "7-9", "--contact-sheet", "none"});
  for (const auto& option : table.effective()) {
    EXPECT_FALSE(option.starts_with("amplitude=") || option.starts_with("contact-sheet=") ||
                 option.starts_with("output="))
        << option;
  }
  EXPECT_EQ(o.files.contact_sheet, 0);
  o.recipe.amplitude = 127.25;  // what the command makes of the model
  const auto effective = table.effective();
  EXPECT_NE(std::ranges::find(effective, "amplitude=127.250000"), effective.end());
}

TEST(SynthesizeOptions, NoMotionIsAnAmplitudeToo) {
  EXPECT_EQ(options_of({"--amplitude", "0"}).recipe.amplitude, 0.0);
  EXPECT_FALSE(options_of({}).recipe.amplitude.has_value());
}

TEST(SynthesizeOptions, TheHelpIsGroupedByTopic) {
  SynthesizeOptions o;
  OptionTable table("synthesize", "");
  declare(table, o);
  const std::string help = table.help();
  std::size_t at = 0;
  for (const char* text :
       {"--number", "\nConformations:\n", "--relation", "\nPoses:\n", "--views", "\nOptics:\n", "--defocus",
        "\nNoise and grey scale:\n", "--snr", "\nCommon options:\n"}) {
    const std::size_t next = help.find(text, at);
    ASSERT_NE(next, std::string::npos) << text << " in\n" << help;
    at = next;
  }
}

}  // namespace
}  // namespace elastem::cli
