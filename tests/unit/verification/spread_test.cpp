#include "verification/spread.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

struct Estimates {
  Eigen::VectorXd values, variances;
};

// Truth of standard deviation `motion`, errors of 3 to 9 Å, a share of wrong fits.
Estimates draw(Eigen::Index count, double motion, double wrong, std::uint64_t seed) {
  Estimates drawn{Eigen::VectorXd(count), Eigen::VectorXd(count)};
  Random random(seed, Stream::sampling, 0);
  for (Eigen::Index i = 0; i < count; ++i) {
    const double error = random.uniform(3, 9);
    const double truth = 10 + motion * random.normal();
    drawn.values[i] = random.uniform() < wrong ? 200 * random.normal() : truth + error * random.normal();
    drawn.variances[i] = error * error;
  }
  return drawn;
}

TEST(DirectionSpread, IsOneWhereErrorsExplainIt) {
  const Estimates drawn = draw(20000, 0, 0, 1);
  const DirectionSpread found = spread_of(drawn.values, drawn.variances);
  EXPECT_NEAR(found.pulls, 1, 4 * found.pulls_error);
  EXPECT_NEAR(found.mean, 10, 4 * 5 / std::sqrt(20000));
  EXPECT_NEAR(found.error, 1 / std::sqrt(1.0 / 27), 0.1);  // ⟨1/e²⟩ of errors uniform in 3 … 9 is 1/27
}

TEST(DirectionSpread, FindsTheVarianceOfTheTruth) {
  const Estimates drawn = draw(20000, 6, 0, 2);
  const DirectionSpread found = spread_of(drawn.values, drawn.variances);
  // Pulls of unlike errors are no normal distribution: the limit at 2.5 standard deviations takes 6 %.
  EXPECT_NEAR(found.variance(), 36, 0.1 * 36);
}

TEST(DirectionSpread, KnowsItsOwnError) {
  int within = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Estimates drawn = draw(300, 0, 0, 100 + seed);
    const DirectionSpread found = spread_of(drawn.values, drawn.variances);
    within += std::abs(found.pulls - 1) < found.pulls_error ? 1 : 0;
  }
  EXPECT_NEAR(within / 200.0, 0.683, 4 * std::sqrt(0.683 * 0.317 / 200));
}

TEST(DirectionSpread, IsNotDecidedByWrongFits) {
  const Estimates drawn = draw(20000, 0, 0.02, 3);
  EXPECT_LT(spread_of(drawn.values, drawn.variances).pulls, 1.2);  // their variance alone would make it 20
}

}  // namespace
}  // namespace elastem
