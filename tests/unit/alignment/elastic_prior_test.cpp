#include "alignment/elastic_prior.hpp"

#include <cmath>
#include <vector>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "alignment/pose_library.hpp"
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

NormalPrior uncorrelated(const Eigen::VectorXd& widths) {
  return {Eigen::VectorXd::Zero(widths.size()), widths.cwiseAbs2().asDiagonal()};
}

// What an alignment of `count` particles with the prior `start` says: truths mean + root·(normal deviates),
// each amplitude seen with its error.
struct Truth {
  Eigen::VectorXd mean;
  Eigen::MatrixXd root;
};
std::vector<AmplitudeEstimate> sample(const NormalPrior& start, const Truth& truth,
                                      const Eigen::VectorXd& error, int count) {
  const Eigen::Index modes = error.size();
  std::vector<AmplitudeEstimate> estimates;
  for (int i = 0; i < count; ++i) {
    Random random(1, Stream::sampling, static_cast<std::uint64_t>(i));
    Eigen::VectorXd deviates(truth.root.cols()), seen(modes);
    for (double& value : deviates) value = random.normal();
    seen = truth.mean + truth.root * deviates;
    for (Eigen::Index k = 0; k < modes; ++k) seen[k] += error[k] * random.normal();
    const Eigen::VectorXd own = error.cwiseAbs2().cwiseInverse();
    const Eigen::VectorXd both = own + start.covariance.diagonal().cwiseInverse();
    estimates.push_back({own.cwiseProduct(seen).cwiseQuotient(both), both.cwiseInverse().asDiagonal()});
  }
  return estimates;
}

TEST(ElasticPrior, WidthsFallWithTheRootOfTheEigenvalue) {
  const NormalPrior prior = elastic_prior(model_of(Eigen::Vector3d(2, 8, 18)), 100);
  EXPECT_TRUE(prior.widths().isApprox(Eigen::Vector3d(58, 29, 58.0 / 3)));
  EXPECT_TRUE(prior.mean.isZero());
  EXPECT_NEAR(prior.widest(), 58, 1e-9);
}

TEST(ElasticPrior, WidthsAreAllTheSameWithoutEigenvalues) {
  ElasticModel model = model_of(Eigen::Vector3d(1, 2, 3));
  model.eigenvalues.resize(0);
  EXPECT_TRUE(elastic_prior(model, 100).widths().isApprox(Eigen::Vector3d(58, 58, 58)));
}

TEST(LearntNormal, HasMeanWidthsAndCorrelationOfTheTruth) {
  const NormalPrior start = uncorrelated(Eigen::Vector3d(100, 50, 20));
  Eigen::MatrixXd root(3, 2);
  root << 60, 0, 30, 30, 0, 0;
  const Truth truth{Eigen::Vector3d(30, -20, 0), root};
  const NormalPrior learnt = learnt_normal(start, sample(start, truth, Eigen::Vector3d(8, 8, 8), 4000));
  const Eigen::MatrixXd expected = 1.25 * 1.25 * truth.root * truth.root.transpose() + start.covariance / 9;
  EXPECT_LT((learnt.mean - truth.mean).norm(), 3);
  EXPECT_LT((learnt.covariance - expected).norm(), 0.08 * expected.norm());
}

// A mode of which the images say nothing keeps the law, at the scale that the others show.
TEST(LearntNormal, FollowsTheLawWhereImagesSayNothing) {
  const NormalPrior start = uncorrelated(Eigen::Vector3d(100, 50, 20));
  const Truth truth{Eigen::Vector3d::Zero(), Eigen::Vector3d(50, 25, 10).asDiagonal()};
  const NormalPrior learnt = learnt_normal(start, sample(start, truth, Eigen::Vector3d(5, 5, 500), 400));
  EXPECT_NEAR(learnt.widths()[2] / 20, std::hypot(1.25 * 0.5, 1.0 / 3), 0.1);
  EXPECT_NEAR(learnt.mean[2], 0, 1);
}

TEST(LearntNormal, OfARigidMoleculeIsNotNarrowerThanAThirdOfTheStart) {
  const NormalPrior start = uncorrelated(Eigen::Vector3d(100, 50, 20));
  const Truth truth{Eigen::Vector3d::Zero(), Eigen::MatrixXd::Zero(3, 1)};
  const NormalPrior learnt = learnt_normal(start, sample(start, truth, Eigen::Vector3d(1, 1, 1), 128));
  for (Eigen::Index k = 0; k < 3; ++k)
    EXPECT_NEAR(learnt.widths()[k] / start.widths()[k], 1.0 / 3, 0.01) << "mode " << k;
}

TEST(LearntNormal, IsTheStartWithoutEstimates) {
  const NormalPrior start = uncorrelated(Eigen::Vector2d(100, 50));
  const AmplitudeEstimate broken{Eigen::Vector2d(NAN, 0), Eigen::Matrix2d::Identity()};
  for (const NormalPrior& learnt : {learnt_normal(start, {}), learnt_normal(start, {&broken, 1})}) {
    EXPECT_EQ(learnt.mean, start.mean);
    EXPECT_EQ(learnt.covariance, start.covariance);
  }
}

TEST(LearntNormal, IsPositiveAndFiniteWhereEstimatesAreWiderThanTheirPrior) {
  const NormalPrior start = uncorrelated(Eigen::Vector2d(100, 50));
  const std::vector<AmplitudeEstimate> wide(20,
                                            {Eigen::Vector2d(300, -200), Eigen::Matrix2d::Identity() * 1e6});
  const NormalPrior learnt = learnt_normal(start, wide);
  EXPECT_TRUE(learnt.covariance.allFinite());
  EXPECT_LT(learnt.widest(), 1000);
  EXPECT_GT(learnt.covariance.determinant(), 0);
}

TEST(NormalOfSample, IsItsMeanAndAWiderCovariance) {
  Eigen::MatrixXd known(2, 4);
  known << 40, -20, 40, -20, 0, 0, 0, 0;
  const NormalPrior learnt = normal_of_sample(uncorrelated(Eigen::Vector2d(60, 60)), known);
  EXPECT_TRUE(learnt.mean.isApprox(Eigen::Vector2d(10, 0)));
  EXPECT_TRUE(learnt.widths().isApprox(Eigen::Vector2d(std::hypot(37.5, 20), 20)));
}

TEST(LibraryConformations, StandOnThePriorsPrincipalAxes) {
  NormalPrior prior = uncorrelated(Eigen::Vector3d(10, 8, 1));
  prior.mean[0] = 5;
  const auto conformations = library_conformations(prior);
  ASSERT_EQ(conformations.size(), 5U);  // the third axis is short
  EXPECT_EQ(conformations[0], prior.mean);
  for (std::size_t i = 1; i < conformations.size(); ++i)
    EXPECT_NEAR((conformations[i] - prior.mean).norm(), i <= 2 ? 12 : 9.6, 1e-9);
  EXPECT_TRUE((conformations[1] + conformations[2]).isApprox(2 * prior.mean));
  EXPECT_EQ(library_conformations(NormalPrior{Eigen::VectorXd(), Eigen::MatrixXd()}).size(), 1U);
}

TEST(WithoutPrior, IsWhatTheImageSaysByItself) {
  Eigen::Matrix2d image, covariance;
  image << 4, 1, 1, 3;
  covariance << 9, -2, -2, 6;
  const Eigen::Vector2d seen(7, -5), mean(1, 2);
  const NormalPrior prior{mean, covariance};
  const Eigen::Matrix2d both = (image.inverse() + covariance.inverse()).inverse();
  const AmplitudeEstimate with{both * (image.inverse() * seen + covariance.inverse() * mean), both};
  const AmplitudeEstimate alone = without_prior(with, prior);
  EXPECT_LT((alone.amplitudes - seen).norm(), 1e-10);
  EXPECT_LT((alone.covariance - image).norm(), 1e-10);
  EXPECT_EQ(without_prior(with, {}).amplitudes, with.amplitudes);
}

TEST(WithoutPrior, WhatIsNotSeenIsKnownToALargeErrorOnly) {
  const NormalPrior prior = uncorrelated(Eigen::Vector2d(3, 2));
  Eigen::Matrix2d sampled = prior.covariance;
  sampled(0, 0) *= 1.1;  // a sample's covariance may be more than the prior's
  const AmplitudeEstimate alone = without_prior({Eigen::Vector2d(0.1, 0), sampled}, prior);
  EXPECT_NEAR(alone.covariance(0, 0), 24 * 9, 1e-9);
  EXPECT_NEAR(alone.covariance(1, 1), 24 * 4, 1e-9);
  EXPECT_TRUE(usable(alone));
}

}  // namespace
}  // namespace elastem
