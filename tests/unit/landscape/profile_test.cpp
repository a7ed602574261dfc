#include "landscape/profile.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "drawn_values.hpp"

namespace elastem {
namespace {

constexpr double error = 5.8;  // Å

NoisyHistogram histogram_of(const DoubleWell& well, double a, std::uint64_t seed, double wrong = 0,
                            int count = 4000) {
  NoisyHistogram histogram({-3.2 * a - 15, 3.2 * a + 15}, 0.5 * error, 2 * error);
  for (int i = 0; i < count; ++i) {
    Random random(seed, Stream::conformation, static_cast<std::uint64_t>(i));
    const double truth = random.uniform() < wrong ? 45 * random.normal() : well.draw(random);
    const double sd = drawn_error(random, error);
    histogram.add(truth + sd * random.normal(), sd, i % 2);
  }
  return histogram;
}

// Of an energy profile: the barrier from the left and from the right well.
std::pair<double, double> barriers(const Profile& profile, const Eigen::ArrayXd& energy) {
  const auto least = [&](double from, double to) {
    double lowest = 100;
    for (int b = 0; b < Profile::bins; ++b)
      if (profile.value(b) > from && profile.value(b) < to) lowest = std::min(lowest, energy[b]);
    return lowest;
  };
  double top = 0;
  for (int b = 0; b < Profile::bins; ++b)
    if (std::abs(profile.value(b)) < 10) top = std::max(top, energy[b]);
  return {top - least(-60, 0), top - least(0, 60)};
}

class ProfileOfWells : public testing::TestWithParam<double> {};

// Five sets of 4,000: the mean barrier within 0.3 kT of the true one where the wells are wider than the
// errors, within 0.4 kT where they are not, of either side; the standard error of the mean is 0.1 kT.
TEST_P(ProfileOfWells, HaveTheirBarriers) {
  const double a = GetParam(), allowed = a > 30 ? 0.3 : 0.4;
  const DoubleWell well(a);
  double left = 0, right = 0;
  constexpr int sets = 5;
  for (std::uint64_t seed = 1; seed <= sets; ++seed) {
    const Profile profile = deconvolved_profile(histogram_of(well, a, seed), 0, 1);
    const auto [l, r] = barriers(profile, energy_profile(profile, 20).energy);
    left += l / sets;
    right += r / sets;
  }
  double top = -100, left_well = 100, right_well = 100;
  for (double x = -2 * a; x < 2 * a; x += 0.1) {
    if (std::abs(x) < a / 2) top = std::max(top, well.energy(x));
    (x < 0 ? left_well : right_well) = std::min(x < 0 ? left_well : right_well, well.energy(x));
  }
  EXPECT_NEAR(left, top - left_well, allowed);
  EXPECT_NEAR(right, top - right_well, allowed);
}
INSTANTIATE_TEST_SUITE_P(WideAndNarrow, ProfileOfWells, testing::Values(35.0, 20.0));

TEST(Profile, FiveOfAHundredWrongValuesDoNotFillTheBarrier) {
  const DoubleWell well(35);
  double barrier = 0;
  constexpr int sets = 5;
  for (std::uint64_t seed = 1; seed <= sets; ++seed) {
    const Profile spoilt = deconvolved_profile(histogram_of(well, 35, seed, 0.05), 0, 1);
    barrier += barriers(spoilt, energy_profile(spoilt, 20).energy).first / sets;
  }
  EXPECT_NEAR(barrier, 3.44, 0.4);  // the true one from the left
}

TEST(Profile, TheBandHoldsTheTruthAsOftenAsItSays) {
  const DoubleWell well(35);
  int inside = 0, all = 0;
  double norm = 0;
  for (double x = -100; x < 100; x += 0.05) norm += 0.05 * std::exp(-well.energy(x));
  for (std::uint64_t seed = 11; seed < 31; ++seed) {
    const Profile profile = deconvolved_profile(histogram_of(well, 35, seed), 40, seed);
    for (const double x : {-33.0, 0.0, 33.0}) {
      const auto b = static_cast<int>((x - profile.axis.low) / profile.axis.step(Profile::bins));
      const double truth = std::exp(-well.energy(profile.value(b))) / norm;
      inside += truth >= profile.low[b] && truth <= profile.high[b] ? 1 : 0;
      ++all;
    }
  }
  // 90 % of 60; the places of a set go together, so that of 20 sets 16 are within two standard errors.
  EXPECT_GE(inside, all * 16 / 20) << "of " << all;
}

TEST(Profile, ConformationsThatAreAllAlikeAreNoWiderThanCanBeSeen) {
  NoisyHistogram histogram({-40, 40}, 3, 9);
  for (int i = 0; i < 2000; ++i) {
    Random random(3, Stream::conformation, static_cast<std::uint64_t>(i));
    histogram.add(2 + 5 * random.normal(), 5, i % 2);
  }
  const Profile profile = deconvolved_profile(histogram, 0, 1);
  double mean = 0, second = 0;
  for (int b = 0; b < Profile::bins; ++b) {
    const double share = profile.density[b] * profile.axis.step(Profile::bins);
    mean += share * profile.value(b);
    second += share * profile.value(b) * profile.value(b);
  }
  EXPECT_NEAR(mean, 2, 4 * 5 / std::sqrt(2000.0));
  EXPECT_LT(std::sqrt(second - mean * mean), 0.5 * 5);  // the values spread by 5
}

}  // namespace
}  // namespace elastem
