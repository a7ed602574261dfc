#include "alignment/mode_motion.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Truth = std::function<double(int particle, Random& random)>;

double still(int, Random&) {
  return 0;
}

// What images of the errors 0.7 to 1.3 × `error` say of one mode, fitted with a prior of the width `prior`.
std::vector<FitDetails> fits(const Truth& truth, double error, double prior, int count,
                             std::uint64_t seed = 1) {
  std::vector<FitDetails> found;
  for (int i = 0; i < count; ++i) {
    Random random(seed, Stream::sampling, static_cast<std::uint64_t>(i));
    const double e = error * random.uniform(0.7, 1.3);
    const double precision = 1 / (prior * prior) + 1 / (e * e);
    FitDetails fit;
    const double seen = truth(i, random) + e * random.normal();
    fit.amplitudes = Eigen::VectorXd::Constant(1, seen / (e * e) / precision);
    fit.covariance = Eigen::MatrixXd::Identity(6, 6) / precision;
    found.push_back(fit);
  }
  return found;
}

void pass(MotionTally& tally, const std::vector<FitDetails>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) tally.add(static_cast<std::int64_t>(i), all[i]);
}

MotionSummary summary_of(const std::vector<FitDetails>& all, double prior) {
  MotionTally tally({static_cast<std::int64_t>(all.size())}, Eigen::VectorXd::Zero(1),
                    Eigen::VectorXd::Constant(1, prior));
  do pass(tally, all);
  while (tally.another_pass());
  return tally.summary();
}

ModeMotion motion_of(const std::vector<FitDetails>& all, double prior) {
  return summary_of(all, prior).modes.at(0);
}

// V is 0 within 3.3 of its standard errors, and so is √V within the error above 0 that is stored: motion² is
// at most 3.3·s, where s = motion_error·(motion_error + 2·motion).
TEST(ModeMotion, OfARigidMoleculeIsZeroWithinItsError) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const ModeMotion m = motion_of(fits(still, 5, 14, 1000, seed), 14);
    EXPECT_EQ(m.verdict, MotionVerdict::does_not_move) << "seed " << seed;
    const double error_of_variance = m.motion_error * (m.motion_error + 2 * m.motion);
    EXPECT_LT(m.motion * m.motion, 3.3 * error_of_variance) << "seed " << seed;
    // Of 1000 squares of a normal distribution √(2/1000), here of e² and a little more as errors differ.
    EXPECT_NEAR(error_of_variance, 25 * std::sqrt(2.0 / 1000), 0.25 * 25 * std::sqrt(2.0 / 1000));
  }
}

// Over many seeds V is right on average: the prior's pull is taken off, the limit's too.
TEST(ModeMotion, IsThatOfTheTruthWithinItsError) {
  const auto normal = [](int, Random& random) { return 30 + 10 * random.normal(); };
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const ModeMotion m = motion_of(fits(normal, 5, 14, 1000, seed), 14);
    EXPECT_EQ(m.verdict, MotionVerdict::moves);
    EXPECT_NEAR(m.motion, 10, 3.3 * m.motion_error) << "seed " << seed;
    sum += m.motion / 20;
  }
  EXPECT_NEAR(sum, 10, 3.3 * 0.29 / std::sqrt(20));  // one is known to 10·(1 + e²/V)/√(2·1000) = 0.28
}

TEST(ModeMotion, HoldsForPathsAndStatesThatMany) {
  const auto path = [](int i, Random&) { return 40 * std::cos(0.1 * i); };
  EXPECT_NEAR(motion_of(fits(path, 5, 50, 1000), 50).motion, 40 / std::sqrt(2.0), 1);
  const auto states = [](int i, Random&) { return i % 10 < 3 ? 60.0 : 0.0; };  // √(0.3·0.7)·60
  EXPECT_NEAR(motion_of(fits(states, 5, 50, 1000), 50).motion, 27.5, 1);
}

TEST(ModeMotion, MeansAndSpreadsAreThoseOfTheEstimates) {
  std::vector<FitDetails> all = fits(still, 5, infinity, 20);
  for (std::size_t i = 0; i < 20; ++i) {
    all[i].amplitudes[0] = i % 2 == 0 ? 3 : 1;
    all[i].covariance(0, 0) = 4;
  }
  const ModeMotion m = motion_of(all, infinity);
  // Sums of twenty numbers of about 1 in double precision.
  EXPECT_NEAR(m.mean, 2, 1e-12);
  EXPECT_NEAR(m.spread, std::sqrt(20.0 / 19), 1e-12);
  EXPECT_NEAR(m.error, 2, 1e-12);
}

TEST(ModeMotion, IsNotSeenWhereThePriorSpeaks) {
  const auto normal = [](int, Random& random) { return 5 * random.normal(); };
  EXPECT_EQ(motion_of(fits(normal, 30, 14, 1000), 14).verdict, MotionVerdict::not_seen);
  auto silent = fits(normal, 5, 14, 1000);
  for (FitDetails& fit : silent) fit.covariance(0, 0) = 300;  // more than the prior
  EXPECT_EQ(motion_of(silent, 14).verdict, MotionVerdict::not_seen);
}

// Some fits go far astray, many a little: wrong poses have V of about 2e².
TEST(ModeMotion, OfARigidMoleculeWithWrongFitsStaysNone) {
  const auto astray = [](int i, Random& random) { return i % 50 == 0 ? 200 * random.normal() : 0; };
  const auto wrong = [](int i, Random& random) { return i % 10 == 0 ? 5 * 1.4 * random.normal() : 0; };
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    for (const Truth& truth : {Truth(astray), Truth(wrong)})
      EXPECT_EQ(motion_of(fits(truth, 5, 100, 5000, seed), 100).verdict, MotionVerdict::does_not_move);
  // Their plain variance is 800 Å², 32 times the errors'.
  EXPECT_GT(motion_of(fits(astray, 5, 100, 5000), 100).spread, 25);
}

TEST(ModeMotion, AllowsErrorBarsThatAreATenthTooSmall) {
  auto all = fits(still, 5, infinity, 20000);
  for (FitDetails& fit : all) fit.amplitudes *= 1.1;
  const ModeMotion m = motion_of(all, infinity);
  EXPECT_GT(m.motion, 3.3 * m.motion_error);
  EXPECT_EQ(m.verdict, MotionVerdict::does_not_move);
}

// Slices are added in order, whoever holds them.
TEST(ModeMotion, HasTheSameBitsHoweverSlicesAreShared) {
  const auto normal = [](int, Random& random) { return 10 * random.normal(); };
  const auto all = fits(normal, 5, 14, 777);
  const auto rows = static_cast<std::int64_t>(all.size());
  const RowSlices slices{rows};
  std::vector<MotionTally> ranks(
      3, MotionTally(slices, Eigen::VectorXd::Zero(1), Eigen::VectorXd::Constant(1, 14)));
  bool another = true;
  while (another) {
    std::vector<double> sum(ranks[0].sums().size(), 0.0);
    for (int rank = 0; rank < 3; ++rank) {
      MotionTally& tally = ranks[static_cast<std::size_t>(rank)];
      const std::int64_t end = slices.begin(RowSlices::first_of_rank(rank + 1, 3));
      for (std::int64_t row = slices.begin(RowSlices::first_of_rank(rank, 3)); row < end; ++row)
        tally.add(row, all[static_cast<std::size_t>(row)]);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += tally.sums()[i];
    }
    for (MotionTally& tally : ranks) {
      std::copy(sum.begin(), sum.end(), tally.sums().begin());
      another = tally.another_pass();
    }
  }
  const ModeMotion one = motion_of(all, 14);
  for (const MotionTally& tally : ranks) {
    const ModeMotion m = tally.summary().modes.at(0);
    EXPECT_EQ(m.motion, one.motion);
    EXPECT_EQ(m.motion_error, one.motion_error);
    EXPECT_EQ(m.spread, one.spread);
  }
}

TEST(ModeMotion, OfFewParticlesIsNotSaid) {
  EXPECT_TRUE(summary_of(fits(still, 5, 14, 19), 14).modes.empty());
  EXPECT_TRUE(summary_of({}, 14).modes.empty());
  EXPECT_EQ(summary_of(fits(still, 5, 14, 20), 14).modes.size(), 1U);
}

TEST(ModeMotion, LeavesOutWhatIsNotFinite) {
  auto all = fits(still, 5, 14, 100);
  const ModeMotion without = motion_of(all, 14);
  all.resize(103, all[0]);
  all[100].amplitudes[0] = NAN;
  all[101].covariance(0, 0) = NAN;
  all[102].covariance(0, 0) = 0;
  const MotionSummary with = summary_of(all, 14);
  EXPECT_EQ(with.particles, 100);
  // The same sums: rounding.
  EXPECT_NEAR(with.modes[0].motion_error, without.motion_error, 1e-9);
}

MotionSummary verdicts(const std::vector<MotionVerdict>& each) {
  MotionSummary summary{100, {}};
  for (const MotionVerdict verdict : each) summary.modes.push_back({-20, 30, 10, 25, 2, verdict});
  return summary;
}

TEST(MotionText, SaysWhichModesMove) {
  using enum MotionVerdict;
  const auto text = [](const std::vector<MotionVerdict>& each) {
    return motion_sentence(verdicts(each), {7, 8, 9, 12}, 0);
  };
  EXPECT_EQ(text({moves, moves, does_not_move, not_seen}),
            "modes 7,8 move; 9 does not; nothing is seen of 12");
  EXPECT_EQ(text({moves, does_not_move, does_not_move, does_not_move}), "mode 7 moves; 8,9,12 do not");
  EXPECT_EQ(
      text({does_not_move, does_not_move, does_not_move, does_not_move}),
      "no mode is seen to move, but 100 particles are too few to call the molecule rigid: they would show a "
      "motion of 23.2 Å or more");
  EXPECT_EQ(text({does_not_move, does_not_move, does_not_move, not_seen}),
            "no mode moves of those that are seen, 7-9; nothing is seen of 12");
  EXPECT_EQ(text({not_seen, not_seen, not_seen, not_seen}), "nothing is seen of the modes 7-9,12");
}

TEST(MotionText, SaysWhatARigidMoleculeWouldHaveShown) {
  // V of 0 ± 9 Å², errors of 10 Å: √(10²/4 + (3.3 + 1.645)·9) = 8.3 Å.
  const MotionSummary rigid{600, {{0, 10, 10, 0, 3, MotionVerdict::does_not_move}}};
  EXPECT_EQ(motion_sentence(rigid, {7}, 0),
            "no mode moves: the molecule looks rigid (a motion of 8.3 Å or more would have been seen)");
  EXPECT_EQ(motion_sentence(rigid, {7}, 100),
            "no mode moves: the molecule looks rigid (a motion of 0.83 Å RMSD or more would have been seen)");
}

TEST(MotionText, HasALinePerModeUpToTheMost) {
  using enum MotionVerdict;
  const MotionSummary summary = verdicts({moves, does_not_move, not_seen});
  const auto lines = motion_table(summary, {7, 8, 9}, 100, 10);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "mode      mean   spread    error            motion   100 particles, RMSD in Å");
  EXPECT_EQ(lines[1], "7       -2.000    3.000    1.000     2.500 ± 0.200   moves");
  EXPECT_EQ(lines[3], "9       -2.000    3.000    1.000                 -   not seen");
  const auto amplitudes = motion_table(summary, {7, 8, 9}, 0, 2);
  ASSERT_EQ(amplitudes.size(), 3U);
  EXPECT_EQ(amplitudes[1], "7       -20.00    30.00    10.00      25.00 ± 2.00   moves");
  EXPECT_EQ(amplitudes[2], "and 2 more: elastem inspect shows them");
}

}  // namespace
}  // namespace elastem
