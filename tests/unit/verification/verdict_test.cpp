#include "verification/verdict.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

// Pulls of the variances `pulls`, errors of 5 Å, as 600 particles have them.
std::vector<DirectionSpread> spreads(const std::vector<double>& pulls) {
  std::vector<DirectionSpread> made;
  for (const double p : pulls) made.push_back({0, p, 0.06 * p, 5});
  return made;
}

const std::vector<int> modes = {7, 8};
const std::vector<DirectionSpread> still = spreads({1, 1, 1, 1, 1, 1});

Verification verify(const std::vector<double>& set, const std::vector<double>& map_twin) {
  return verification_of(modes, 600, spreads(set), still, spreads(map_twin));
}

TEST(Verification, SeesAModeThatSpreadsMoreThanBothTwins) {
  const Verification found = verify({2, 1, 1, 1.1, 0.95, 1}, {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(found.finding, Finding::motion);
  EXPECT_TRUE(found.modes[0].moves());
  EXPECT_FALSE(found.modes[1].moves());
  EXPECT_FALSE(found.misfit);
  EXPECT_EQ(found.decoys_called, 0);
  EXPECT_LT(found.modes[0].false_discovery, 1e-3);
  EXPECT_NEAR(found.modes[0].variance, 25, 1e-9);  // as much as the errors' variance
  EXPECT_THAT(verification_sentence(found, 100), HasSubstr("moves along mode 7"));
}

TEST(Verification, CallsItMisfitWhereTheMapsTwinSpreadsAsMuch) {
  const Verification found = verify({2, 1.8, 1.5, 1.6, 1.4, 1.5}, {1.8, 1.7, 1.4, 1.5, 1.3, 1.4});
  EXPECT_EQ(found.finding, Finding::misfit);
  EXPECT_TRUE(found.misfit);
  EXPECT_EQ(direction_verdict(found.modes[0]), "not told from misfit");
  EXPECT_THAT(verification_sentence(found, 100), HasSubstr("model misfit"));
}

TEST(Verification, TakesOffWhatTheTwinFallsShortOfInDecoys) {
  // Everything spreads half as much again as in the map's twin: decoys too, so it is no motion.
  EXPECT_EQ(verify({1.5, 1.6, 1.5, 1.6, 1.5, 1.45}, {1, 1, 1, 1, 1, 1}).finding, Finding::misfit);
  // The same with one mode far above the decoys.
  const Verification found = verify({6, 1.6, 1.5, 1.6, 1.5, 1.45}, {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(found.finding, Finding::motion);
  EXPECT_TRUE(found.misfit);
  EXPECT_FALSE(found.modes[1].moves());
}

TEST(Verification, SaysWhereTheTwinOfABlurredMapSpreadsMoreThanTheSet) {
  // Mode 7 moves; the twin of its blurred map spreads in all other directions, of which the set has nothing.
  const Verification blurred = verify({6, 1.3, 1, 1, 1, 1}, {2, 2, 1.9, 2, 2.1, 2});
  EXPECT_TRUE(twin_is_blurred(blurred));
  EXPECT_LT(blurred.decoy_z, -Direction::certain);
  EXPECT_THAT(blur_warning(blurred), HasSubstr("one of mode 8 may be hidden"));
  const Verification clear = verify({6, 1.3, 1, 1.02, 0.98, 1}, {1, 1, 1, 1, 1, 1});
  EXPECT_FALSE(twin_is_blurred(clear));
  EXPECT_EQ(blur_warning(clear), "");
}

TEST(Verification, SaysWhatWouldHaveBeenSeenOfARigidMolecule) {
  const Verification found = verify({1, 1.05, 0.95, 1, 1, 1}, {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(found.finding, Finding::nothing_seen);
  // Relative errors of 0.085, with that of the level 0.106: a motion of V = 25·(e^(4.945·0.106) − 1).
  const double least = found.modes[0].least_seen;
  EXPECT_NEAR(least, std::sqrt(25 * (std::exp(4.945 * 0.106) - 1)), 0.03 * 5);
  // It is seen in about 95 of 100 sets.
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed, Stream::sampling, 0);
    std::vector<double> set, twin;
    for (int k = 0; k < 6; ++k) {
      set.push_back((k == 0 ? 1 + least * least / 25 : 1) * std::exp(0.06 * random.normal()));
      twin.push_back(std::exp(0.06 * random.normal()));
    }
    seen += verify(set, twin).modes[0].moves() ? 1 : 0;
  }
  EXPECT_GE(seen, 0.9 * 400);
}

TEST(Verification, RarelyCallsARigidMoleculeMoving) {
  int called = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed, Stream::sampling, 1);
    std::vector<double> set, twin;
    for (int k = 0; k < 6; ++k) {
      set.push_back(std::exp(0.06 * random.normal()));
      twin.push_back(std::exp(0.06 * random.normal()));
    }
    called += verify(set, twin).finding == Finding::motion ? 1 : 0;
  }
  EXPECT_LE(called, 5);  // two modes at 3.3 standard errors: 0.5 expected
}

TEST(Verification, FalseDiscoveryIsThatOfBenjaminiAndHochberg) {
  const Verification found = verify({2, 1.9, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1});
  const auto p = [](const Direction& d) { return std::erfc(d.z / std::sqrt(2.0)) / 2; };
  EXPECT_DOUBLE_EQ(found.modes[1].false_discovery, p(found.modes[1]));
  EXPECT_DOUBLE_EQ(found.modes[0].false_discovery, std::min(2 * p(found.modes[0]), p(found.modes[1])));
}

}  // namespace
}  // namespace elastem
