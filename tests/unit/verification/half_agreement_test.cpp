#include "verification/half_agreement.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

// Two wells 40 Å apart; `apart` Å between the truths of the halves; errors of 5 Å.
HalfAgreement agreement(double apart) {
  constexpr Eigen::Index count = 4000;
  Eigen::VectorXd values(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    Random random(1, Stream::sampling, static_cast<std::uint64_t>(i));
    const double truth = (random.uniform() < 0.7 ? -20 : 20) + 4 * random.normal();
    values[i] = truth + (i % 2 == 1 ? apart : 0) + 5 * random.normal();
  }
  return half_agreement(values, Eigen::VectorXd::Constant(count, 5));
}

TEST(HalfAgreement, HalvesOfOneTruthLieClose) {
  const HalfAgreement found = agreement(0);
  const double spread = std::sqrt(40 * 40 * 0.21 + 16);
  EXPECT_NEAR(found.spread, spread, 0.05 * spread);
  EXPECT_LT(found.distance, 4 * spread * std::sqrt(2.0 / 2000));  // that of the halves' own samples
}

TEST(HalfAgreement, MeasuresTheWayBetweenUnlikeHalves) {
  EXPECT_NEAR(agreement(10).distance, 10, 1.5);
}

}  // namespace
}  // namespace elastem
