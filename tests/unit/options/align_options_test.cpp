#include "options/align_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/scratch.hpp"

namespace elastem::cli {
namespace {

using testing::HasSubstr;

const std::vector<std::string> needed = {"-i", "p.star", "-m", "modes.h5", "-o", "a.h5"};

AlignOptions options_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), needed.begin(), needed.end());
  return read_options<AlignOptions>("align", arguments);
}

std::string refusal(const std::vector<std::string>& arguments) {
  return error_of([&] { options_of(arguments); });
}

TEST(AlignOptions, DefaultsAreThoseOfTheAligner) {
  const AlignOptions o = options_of({});
  const AlignmentOptions standard;
  EXPECT_EQ(o.source.path, "p.star");
  EXPECT_EQ(o.alignment.angular_step, standard.angular_step);
  EXPECT_EQ(o.alignment.candidates, standard.candidates);
  EXPECT_EQ(o.alignment.finalists, standard.finalists);
  EXPECT_EQ(o.alignment.library_memory_mib, standard.library_memory_mib);
  EXPECT_EQ(o.alignment.local_angle, standard.local_angle);
  EXPECT_FALSE(o.local || o.learn_prior || o.source.inverted || o.source.negative_defocus);
}

TEST(AlignOptions, ReachTheAligner) {
  const AlignOptions o = options_of({"--angular-step",
                                     "12",
                                     "--search-resolution",
                                     "15",
                                     "--max-resolution",
                                     "9",
                                     "--shift-range",
                                     "11",
                                     "--amplitude-range",
                                     "60",
                                     "--candidates",
                                     "30",
                                     "--finalists",
                                     "3",
                                     "--library-memory",
                                     "100",
                                     "--refine-defocus",
                                     "300",
                                     "--local",
                                     "--local-angle",
                                     "5",
                                     "--local-shift",
                                     "4",
                                     "--mask-diameter",
                                     "90",
                                     "--datadir",
                                     "raw",
                                     "--invert",
                                     "--limit",
                                     "7"});
  EXPECT_EQ(o.alignment.angular_step, 12);
  EXPECT_EQ(o.alignment.search_resolution, 15);
  EXPECT_EQ(o.alignment.max_resolution, 9);
  EXPECT_EQ(o.alignment.shift_range, 11);
  EXPECT_EQ(o.alignment.amplitude_range, 60);
  EXPECT_EQ(o.alignment.candidates, 30);
  EXPECT_EQ(o.alignment.finalists, 3);
  EXPECT_EQ(o.alignment.library_memory_mib, 100);
  EXPECT_EQ(o.alignment.defocus_spread, 300);
  EXPECT_EQ(o.alignment.local_angle, 5);
  EXPECT_EQ(o.alignment.local_shift, 4);
  EXPECT_EQ(o.mask_diameter, 90);
  EXPECT_EQ(o.source.datadir, "raw");
  EXPECT_TRUE(o.source.inverted && o.local);
  EXPECT_EQ(o.limit, 7);
}

TEST(AlignOptions, RefuseWhatMakesNoSense) {
  for (const char* step : {"1.9", "31"})
    EXPECT_THAT(refusal({"--angular-step", step}), HasSubstr("between 2 and 30"));
  for (const char* name : {"search-resolution", "max-resolution", "shift-range", "mask-diameter",
                           "amplitude-range", "refine-defocus", "local-shift", "limit"})
    EXPECT_THAT(refusal({"--" + std::string(name), "-1"}),
                HasSubstr(std::string(name) + ": -1; give 0 or more"));
  EXPECT_THAT(refusal({"--library-memory", "0"}), HasSubstr("above 0"));
  EXPECT_THAT(refusal({"--local-angle", "61"}), HasSubstr("between 0 and 60"));
  EXPECT_THAT(refusal({"--candidates", "2", "--finalists", "3"}),
              HasSubstr("finalists: 3 are more than the 2 --candidates"));
  EXPECT_THAT(error_of([] {
                read_options<AlignOptions>("align", {"-i", "p.star", "-o", "a.h5"});
              }),
              HasSubstr("--modes-file is missing"));
  EXPECT_THAT(refusal({"--mode", "7-9"}), HasSubstr("did you mean modes?"));
}

// A table of version 0.1.0 holds these, and empty modes= and datadir= that mean "not set".
TEST(AlignOptions, AreStoredAsBefore) {
  AlignOptions o;
  OptionTable table("align", "");
  declare(table, o);
  table.parse(needed);
  EXPECT_THAT(
      table.effective(),
      testing::ElementsAre("amplitude-range=0", "angular-step=18", "candidates=60", "finalists=4",
                           "input=p.star", "invert=false", "learn-prior=false", "library-memory=256",
                           "limit=0", "local-angle=10", "local-shift=7", "local=false", "mask-diameter=0",
                           "max-resolution=0", "modes-file=modes.h5", "negative-defocus=false", "rebase=off",
                           "refine-defocus=0", "search-resolution=0", "shift-range=0"));
}

TEST(AlignOptions, TheNextStepNamesTheFiles) {
  EXPECT_THAT(next_step(options_of({})), HasSubstr("elastem landscape -i a.h5 -m modes.h5"));
}

TEST(AlignOptions, TheNextStepNamesTheTruthThatIsThere) {
  const Scratch scratch;
  AlignOptions o = options_of({});
  o.source.path = scratch.path("p.star");
  EXPECT_THAT(next_step(o), testing::Not(HasSubstr("evaluate")));
  const std::string truth = scratch.write("truth.h5", "");
  EXPECT_THAT(next_step(o), HasSubstr("elastem evaluate -i a.h5 -t " + truth));
}

}  // namespace
}  // namespace elastem::cli
