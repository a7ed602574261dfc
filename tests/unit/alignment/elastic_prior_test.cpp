#include "alignment/elastic_prior.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

ElasticModel model_of(const Eigen::VectorXd& eigenvalues) {
  ElasticModel model;
  model.positions.setRandom(3, 4);
  for (Eigen::Index k = 0; k < eigenvalues.size(); ++k)
    model.modes.emplace_back(Eigen::Matrix3Xd(Eigen::Matrix3Xd::Random(3, 4)));
  model.eigenvalues = eigenvalues;
  return model;
}

// What an alignment of `count` particles with the prior `start` says: truths of the widths `truth`, each seen
// with the error `error`.
std::vector<AmplitudeEstimate> sample(const Eigen::VectorXd& start, const Eigen::VectorXd& truth,
                                      const Eigen::VectorXd& error, int count, std::uint64_t seed = 1) {
  std::vector<AmplitudeEstimate> estimates;
  for (int i = 0; i < count; ++i) {
    Random random(seed, Stream::sampling, static_cast<std::uint64_t>(i));
    AmplitudeEstimate one{Eigen::VectorXd(start.size()), Eigen::MatrixXd::Zero(start.size(), start.size())};
    for (Eigen::Index k = 0; k < start.size(); ++k) {
      const double seen = truth[k] * random.normal() + error[k] * random.normal();
      const double precision = 1 / (start[k] * start[k]) + 1 / (error[k] * error[k]);
      one.covariance(k, k) = 1 / precision;
      one.amplitudes[k] = seen / (error[k] * error[k]) / precision;
    }
    estimates.push_back(one);
  }
  return estimates;
}

TEST(ElasticWidths, FallWithTheRootOfTheEigenvalue) {
  const Eigen::VectorXd widths = elastic_widths(model_of(Eigen::Vector3d(2, 8, 18)), 100);
  EXPECT_NEAR(widths[0], 58, 1e-9);
  EXPECT_NEAR(widths[1], 29, 1e-9);
  EXPECT_NEAR(widths[2], 58.0 / 3, 1e-9);
}

TEST(ElasticWidths, AreAllTheSameWithoutEigenvalues) {
  ElasticModel model = model_of(Eigen::Vector3d(1, 2, 3));
  model.eigenvalues.resize(0);
  EXPECT_TRUE(elastic_widths(model, 100).isApprox(Eigen::Vector3d(58, 58, 58)));
}

TEST(LearntWidths, AreThoseOfTheTruthAndAQuarterWherePrecisionIsEnough) {
  const Eigen::Vector3d start(100, 50, 20), truth(60, 50, 60), error(8, 8, 8);
  const Eigen::VectorXd widths = learnt_widths(start, sample(start, truth, error, 2000));
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(widths[k] / (1.25 * truth[k]), 1, 0.05) << "mode " << k;
}

// A mode of which the images say nothing keeps the law, at the scale that the others show.
TEST(LearntWidths, FollowTheLawWhereImagesSayNothing) {
  const Eigen::Vector3d start(100, 50, 20), truth(50, 25, 10), error(5, 5, 500);
  const Eigen::VectorXd widths = learnt_widths(start, sample(start, truth, error, 400));
  EXPECT_NEAR(widths[2] / start[2], 0.625, 0.1);
}

TEST(LearntWidths, OfARigidMoleculeAreAThirdOfTheStart) {
  const Eigen::Vector3d start(100, 50, 20), truth(1e-3, 1e-3, 1e-3), error(1, 1, 1);
  EXPECT_TRUE(learnt_widths(start, sample(start, truth, error, 128)).isApprox(start / 3));
}

TEST(LearntWidths, AreTheStartWithoutEstimates) {
  const Eigen::Vector2d start(100, 50);
  EXPECT_EQ(learnt_widths(start, {}), start);
  AmplitudeEstimate broken{Eigen::Vector2d(NAN, 0), Eigen::Matrix2d::Identity()};
  EXPECT_EQ(learnt_widths(start, {&broken, 1}), start);
}

TEST(LearntWidths, AreFiniteWhereEstimatesAreWiderThanTheirPrior) {
  const Eigen::Vector2d start(100, 50);
  std::vector<AmplitudeEstimate> wide(20, {Eigen::Vector2d(300, -200), Eigen::Matrix2d::Identity() * 1e6});
  const Eigen::VectorXd widths = learnt_widths(start, wide);
  EXPECT_TRUE(widths.allFinite());
  EXPECT_LT(widths.maxCoeff(), 1000);
}

TEST(WidthsOfSample, AreItsRootMeanSquareAndAQuarter) {
  Eigen::MatrixXd known(2, 4);
  known << 30, -30, 30, -30, 0, 0, 0, 0;
  const Eigen::VectorXd widths = widths_of_sample(Eigen::Vector2d(60, 60), known);
  EXPECT_NEAR(widths[0], 37.5, 1e-12);
  EXPECT_NEAR(widths[1], 20, 1e-12);
}

}  // namespace
}  // namespace elastem
