#include "landscape/error_mixture.hpp"

#include <gtest/gtest.h>

#include "drawn_values.hpp"

namespace elastem {
namespace {

TEST(ErrorMixture, OneComponentIsTheDistributionWithoutTheErrors) {
  Eigen::Matrix2d root;
  root << 12, 0, 5, 3;
  std::vector<NoisyValue> values;
  for (int i = 0; i < 6000; ++i) {
    Random random(1, Stream::conformation, static_cast<std::uint64_t>(i));
    const Eigen::Vector2d truth =
        Eigen::Vector2d(4, -2) + root * Eigen::Vector2d(random.normal(), random.normal());
    values.push_back(noisy(truth, 6, random));
  }
  const ErrorMixture mixture = error_mixture(values, 1, 1);
  // Standard errors of a mean and of a covariance of 6,000 values, of which 36 Å² are errors.
  EXPECT_NEAR(mixture.means[0].x(), 4, 4 * std::sqrt((144 + 36) / 6000.0));
  EXPECT_NEAR(mixture.means[0].y(), -2, 4 * std::sqrt((34 + 36) / 6000.0));
  const Eigen::Matrix2d truth = root * root.transpose();
  const double allowed = 4 * (144 + 36) * std::sqrt(2 / 6000.0);
  EXPECT_LT((mixture.covariances[0] - truth).cwiseAbs().maxCoeff(), allowed);
}

TEST(ErrorMixture, WrongValuesTakeNoPart) {
  std::vector<NoisyValue> values;
  for (int i = 0; i < 3000; ++i) {
    Random random(2, Stream::conformation, static_cast<std::uint64_t>(i));
    const bool wrong = random.uniform() < 0.05;
    values.push_back(noisy(Coordinates::Constant(1, (wrong ? 60 : 5) * random.normal()), 4, random));
  }
  const ErrorMixture mixture = error_mixture(values, 1, 1);
  EXPECT_NEAR(std::sqrt(mixture.covariances[0](0, 0)), 5, 0.6);
  EXPECT_NEAR(mixture.wrong_share, 0.05, 0.025);
  Eigen::VectorXd probabilities;
  mixture.log_likelihood({Coordinates::Constant(1, 100), CoordinateMatrix::Constant(1, 1, 16)},
                         probabilities);
  EXPECT_LT(probabilities.sum(), 0.01);
}

}  // namespace
}  // namespace elastem
