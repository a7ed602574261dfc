#include "alignment/amplitude_prior.hpp"

#include <cmath>
#include <limits>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/units.hpp"
#include "imaging/pose.hpp"

namespace elastem {
namespace {

// Sums of some dozen terms, and inverses of matrices of condition below 100.
constexpr double tolerance = 1e4 * std::numeric_limits<double>::epsilon();

Eigen::MatrixXd random_matrix(Random& random, Eigen::Index rows, Eigen::Index columns) {
  Eigen::MatrixXd matrix(rows, columns);
  for (double& value : matrix.reshaped()) value = random.normal();
  return matrix;
}

Eigen::MatrixXd random_covariance(Random& random, Eigen::Index n) {
  const Eigen::MatrixXd half = random_matrix(random, n, n);
  return half * half.transpose() + Eigen::MatrixXd::Identity(n, n);
}

AmplitudePrior some_prior(Random& random, Eigen::Index modes, Eigen::Index points) {
  AmplitudePrior prior;
  prior.points = 5 * random_matrix(random, modes, points);
  prior.weights = random_matrix(random, points, 1).cwiseAbs();
  prior.weights /= prior.weights.sum();
  prior.width_shares << 0.4, 0.3, 0.2, 0.1;
  prior.error = random_covariance(random, modes);
  prior.mean = random_matrix(random, modes, 1);
  prior.covariance = 9 * random_covariance(random, modes);
  prior.background = 100 * random_covariance(random, modes);
  prior.normal_share = 0.2;
  prior.background_share = 0.1;
  return prior;
}

// Up to a factor that is the same for all parts of the mixture.
double t_density(const Eigen::VectorXd& away, const Eigen::MatrixXd& scale) {
  const double nu = AmplitudePrior::tail;
  const double distance = away.dot(scale.inverse() * away);
  return std::pow(1 + distance / nu, -(nu + static_cast<double>(away.size())) / 2) /
         std::sqrt(scale.determinant());
}

// Mean and covariance by adding up all parts one by one.
AmplitudeEstimate brute_force(const AmplitudePrior& prior, const AmplitudeEstimate& estimate) {
  const Eigen::Index k = prior.modes();
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(k);
  Eigen::MatrixXd second = Eigen::MatrixXd::Zero(k, k);
  double total = 0;
  const auto add = [&](const Eigen::VectorXd& centre, const Eigen::MatrixXd& width, double share) {
    const Eigen::VectorXd away = estimate.amplitudes - centre;
    const Eigen::MatrixXd inverse = (estimate.covariance + width).inverse(), gain = width * inverse;
    const double density = share * t_density(away, estimate.covariance + width);
    const Eigen::VectorXd at = centre + gain * away;
    const double left = (AmplitudePrior::tail + away.dot(inverse * away)) /
                        (AmplitudePrior::tail + static_cast<double>(k) - 2);
    total += density;
    mean += density * at;
    second += density * (at * at.transpose() + left * (width - gain * width));
  };
  for (Eigen::Index s = 0; s < prior.points.cols(); ++s)
    for (std::size_t h = 0; h < 4; ++h)
      add(prior.points.col(s), AmplitudePrior::widths[h] * AmplitudePrior::widths[h] * prior.error,
          prior.weights[s] * prior.width_shares[static_cast<Eigen::Index>(h)] *
              (1 - prior.normal_share - prior.background_share));
  add(prior.mean, prior.covariance, prior.normal_share);
  add(prior.mean, prior.background, prior.background_share);
  mean /= total;
  return {mean, second / total - mean * mean.transpose()};
}

TEST(AmplitudePrior, TwoPointsHaveTheWeightsOfBayes) {
  AmplitudePrior prior;
  prior.points = Eigen::RowVector2d(-10, 10);
  prior.weights = Eigen::Vector2d(0.25, 0.75);
  prior.width_shares = Eigen::Vector4d(1, 0, 0, 0);
  prior.error = Eigen::MatrixXd::Constant(1, 1, 1e-20);  // points without a width
  prior.mean = Eigen::VectorXd::Zero(1);
  prior.covariance = prior.background = Eigen::MatrixXd::Constant(1, 1, 1);
  PriorEvidence evidence(prior);
  evidence.weigh({Eigen::VectorXd::Constant(1, 2), Eigen::MatrixXd::Constant(1, 1, 16)});
  // d² = 144/16 and 64/16; (1 + d²/4)^(−5/2).
  const double left = 0.25 * std::pow(1 + 9.0 / 4, -2.5), right = 0.75 * std::pow(1 + 4.0 / 4, -2.5);
  const double share = right / (left + right);
  EXPECT_NEAR(evidence.points()(1, 0), share, tolerance);
  const auto answer = evidence.answer();
  EXPECT_NEAR(answer.amplitudes[0], 10 * share - 10 * (1 - share), 10 * tolerance);
  EXPECT_NEAR(answer.covariance(0, 0), 400 * share * (1 - share), 400 * tolerance);
  // t with four degrees of freedom has the density 3/8 at its centre.
  EXPECT_NEAR(evidence.log_likelihood(), std::log(3.0 / 8 / 4 * (left + right)), tolerance);
}

TEST(AmplitudePrior, ANormalPriorAnswersAsAKalmanFilter) {
  Random random(1, Stream::sampling, 0);
  AmplitudePrior prior = some_prior(random, 3, 0);
  prior.normal_share = 1;
  prior.background_share = 0;
  const AmplitudeEstimate estimate{5 * random_matrix(random, 3, 1), random_covariance(random, 3)};
  PriorEvidence evidence(prior);
  evidence.weigh(estimate);
  const Eigen::MatrixXd gain = prior.covariance * (estimate.covariance + prior.covariance).inverse();
  const Eigen::VectorXd expected = prior.mean + gain * (estimate.amplitudes - prior.mean);
  EXPECT_LT((evidence.answer().amplitudes - expected).norm(), tolerance * expected.norm());
}

TEST(AmplitudePrior, AnswersAsTheSumOverAllParts) {
  for (const Eigen::Index modes : {1, 2, 5}) {
    Random random(2, Stream::sampling, static_cast<std::uint64_t>(modes));
    const AmplitudePrior prior = some_prior(random, modes, 20);
    PriorEvidence evidence(prior);
    for (int i = 0; i < 10; ++i) {
      const AmplitudeEstimate estimate{6 * random_matrix(random, modes, 1), random_covariance(random, modes)};
      evidence.weigh(estimate);
      const auto answer = evidence.answer(), expected = brute_force(prior, estimate);
      const double scale = 1 + expected.amplitudes.norm() + expected.covariance.norm();
      EXPECT_LT((answer.amplitudes - expected.amplitudes).norm(), tolerance * scale);
      EXPECT_LT((answer.covariance - expected.covariance).norm(), tolerance * scale * scale);
      EXPECT_LT((evidence.answer_mean() - answer.amplitudes).norm(), tolerance * scale);
      EXPECT_NEAR(evidence.points().sum() + evidence.normal() + evidence.background(), 1, tolerance);
    }
  }
}

TEST(AmplitudePrior, APointLeftOutTakesNoPart) {
  Random random(3, Stream::sampling, 0);
  AmplitudePrior prior = some_prior(random, 2, 6);
  const AmplitudeEstimate estimate{prior.points.col(4), random_covariance(random, 2)};
  PriorEvidence evidence(prior);
  evidence.weigh(estimate, 4);
  EXPECT_EQ(evidence.points().row(4).sum(), 0);
  const auto without = evidence.answer();
  prior.weights[4] = 0;
  const auto expected = brute_force(prior, estimate);
  EXPECT_LT((without.amplitudes - expected.amplitudes).norm(), 100 * tolerance);
}

TEST(AmplitudePrior, AFarEstimateStays) {
  Random random(4, Stream::sampling, 0);
  const AmplitudePrior prior = some_prior(random, 3, 20);
  const AmplitudeEstimate estimate{Eigen::Vector3d::Constant(1e4), random_covariance(random, 3)};
  PriorEvidence evidence(prior);
  evidence.weigh(estimate);
  // Of its distance of 10⁴ the background takes 1/(1 + 100) at most, and the rest has next to no weight.
  EXPECT_GT(evidence.background(), 0.9);
}

TEST(AmplitudePrior, UsableEstimates) {
  const Eigen::MatrixXd good = Eigen::Matrix2d::Identity();
  EXPECT_TRUE(usable({Eigen::Vector2d(1, 2), good}));
  EXPECT_FALSE(usable({Eigen::Vector2d(1, std::nan("")), good}));
  EXPECT_FALSE(usable({Eigen::Vector2d(1, 2), -good}));
  EXPECT_FALSE(usable({Eigen::Vector2d(1, 2), Eigen::Matrix2d::Ones()}));
  EXPECT_FALSE(usable({Eigen::Vector2d(1, 2), std::numeric_limits<double>::infinity() * good}));
}

ParticleResult some_row(Random& random) {
  ParticleResult row;
  row.amplitudes = random_matrix(random, 2, 1);
  row.euler_angles = {30, 60, 90};
  row.shift = {1, 2};
  row.state = ParticleState::done;
  row.fit = FitDetails{};
  row.fit->amplitudes = row.amplitudes;
  row.fit->covariance = random_covariance(random, 7);
  row.standard_errors = row.fit->covariance.diagonal().cwiseSqrt();
  return row;
}

TEST(MovedByPrior, NothingWhereThePriorSaysNothing) {
  Random random(5, Stream::sampling, 0);
  const ParticleResult row = some_row(random);
  const ParticleResult moved = moved_by_prior(row, amplitudes_alone(*row.fit));
  EXPECT_EQ(moved.amplitudes, row.amplitudes);
  EXPECT_LT((moved.euler_angles - row.euler_angles).norm(), 360 * tolerance);
  EXPECT_EQ(moved.shift, row.shift);
  EXPECT_LT((moved.standard_errors - row.standard_errors).norm(), tolerance * row.standard_errors.norm());
}

TEST(MovedByPrior, ThePoseMovesAsARegressionOnTheAmplitudes) {
  Random random(6, Stream::sampling, 0);
  const ParticleResult row = some_row(random);
  const Eigen::MatrixXd& joint = row.fit->covariance;
  const Eigen::Vector2d step(0.5, -1);
  // Amplitudes that are known exactly: what remains of the pose is the Schur complement.
  const ParticleResult moved = moved_by_prior(row, {row.amplitudes + step, Eigen::Matrix2d::Zero()});
  const Eigen::MatrixXd slope = joint.bottomLeftCorner(5, 2) * joint.topLeftCorner(2, 2).inverse();
  const Eigen::VectorXd pose = slope * step;
  EXPECT_LT((moved.shift - row.shift - pose.tail<2>()).norm(), tolerance * pose.norm());
  const Eigen::Matrix3d expected =
      rotation_increment(pose.head<3>() * radians_per_degree) * rotation_matrix(30, 60, 90);
  const Eigen::Vector3d angles = moved.euler_angles;
  EXPECT_LT((rotation_matrix(angles[0], angles[1], angles[2]) - expected).norm(), tolerance);
  const Eigen::MatrixXd left = joint.bottomRightCorner(5, 5) - slope * joint.topRightCorner(2, 5);
  EXPECT_LT(moved.standard_errors.head<2>().norm(), std::sqrt(tolerance * joint.norm()));
  EXPECT_LT((moved.standard_errors.tail<5>() - left.diagonal().cwiseSqrt()).norm(), tolerance * joint.norm());
  ParticleResult bare = row;
  bare.fit.reset();
  EXPECT_THROW(moved_by_prior(bare, amplitudes_alone(*row.fit)), Bug);
}

}  // namespace
}  // namespace elastem
