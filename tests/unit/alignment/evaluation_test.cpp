#include "alignment/evaluation.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

ParticleResult truth_row() {
  ParticleResult row;
  row.amplitudes = Eigen::Vector2d(10, -20);
  row.euler_angles = {30, 60, 90};
  row.shift = {1, 2};
  row.standard_errors = Eigen::VectorXd::Constant(7, 2.0);
  row.state = ParticleState::done;
  return row;
}

// Off by (3, −4) Å, by `degrees` about the view axis, by (0.3, 0.4) Å.
ParticleResult estimate_row(double degrees) {
  ParticleResult row = truth_row();
  row.amplitudes[0] += 3;
  row.amplitudes[1] -= 4;
  row.euler_angles[2] += degrees;
  row.shift += Eigen::Vector2d(0.3, 0.4);
  row.standard_errors = Eigen::VectorXd::Constant(7, 3.0);
  return row;
}

TEST(Evaluation, OfKnownErrors) {
  Evaluation evaluation(2, 4);
  evaluation.add(0, estimate_row(5), truth_row());
  evaluation.add(1, estimate_row(100), truth_row());
  ParticleResult failed = truth_row(), pending = truth_row();
  failed.state = ParticleState::failed;
  pending.state = ParticleState::pending;
  evaluation.add(2, failed, truth_row());
  evaluation.add(3, pending, truth_row());
  const auto report = evaluation.report(25);

  EXPECT_EQ(report.rows, 4);
  EXPECT_EQ(report.done, 2);
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.pending, 1);
  EXPECT_EQ(report.all.count, 2);
  EXPECT_EQ(report.found.count, 1);

  const double bound = std::sqrt(2 / std::numbers::pi) * 2;
  for (const auto& group : {report.all, report.found}) {
    EXPECT_NEAR(group.modes[0].error.mean, 3, 20 * epsilon);
    EXPECT_NEAR(group.modes[1].error.mean, 4, 20 * epsilon);
    EXPECT_NEAR(group.modes[1].error.sd, 0, 4 * std::sqrt(8 * epsilon));  // √ of a difference of squares
    EXPECT_NEAR(group.global.error.mean, 3.5, 20 * epsilon);
    EXPECT_NEAR(group.global.bound, bound, 20 * epsilon);
    EXPECT_NEAR(group.global.ratio, 3.5 / bound, 20 * epsilon);
    EXPECT_NEAR(group.coordinate_rmsd.mean, 1, 20 * epsilon);  // 5/√25
    EXPECT_NEAR(group.shift.mean, 0.5, 100 * epsilon);
    EXPECT_NEAR(group.amplitude_error_ratio, 1.5, 0.002);
    EXPECT_NEAR(group.rotation_error_ratio, 1.5, 0.002);
    EXPECT_NEAR(group.shift_error_ratio, 1.5, 0.002);
    EXPECT_NEAR(group.direction.mean, 0, 1e-5);  // acos near 1 keeps half the digits
  }
  EXPECT_NEAR(report.all.rotation.mean, 52.5, 1e-6);
  EXPECT_NEAR(report.found.rotation.mean, 5, 1e-6);
  EXPECT_NEAR(report.found.rotation_median, 5, 0.01);
  EXPECT_EQ(report.all.share_above_15, 0.5);
  EXPECT_EQ(report.found.share_above_15, 0);
}

// Errors drawn with the stated standard errors: the sd of the pulls is 1, the ratio to the bound too.
TEST(Evaluation, PullsOfHonestErrorBarsHaveUnitSpread) {
  const std::int64_t n = 20000;
  Evaluation evaluation(2, n);
  for (std::int64_t i = 0; i < n; ++i) {
    Random random(1, Stream::noise, static_cast<std::uint64_t>(i));
    ParticleResult truth = truth_row(), estimate = truth;
    for (int k = 0; k < 2; ++k) estimate.amplitudes[k] += 2 * random.normal();
    const Eigen::Vector3d turn(2 * random.normal(), 2 * random.normal(), 2 * random.normal());
    estimate.euler_angles =
        euler_angles(rotation_increment(turn * std::numbers::pi / 180) *
                     rotation_matrix(truth.euler_angles[0], truth.euler_angles[1], truth.euler_angles[2]));
    for (int axis = 0; axis < 2; ++axis) estimate.shift[axis] += 2 * random.normal();
    evaluation.add(i, estimate, truth);
  }
  const auto report = evaluation.report(100);
  const double scatter =
      5 / std::sqrt(2.0 * static_cast<double>(n));  // five times the relative error of an sd
  EXPECT_NEAR(report.all.global.pull_sd, 1, scatter);
  EXPECT_NEAR(report.all.global.ratio, 1, scatter);
  EXPECT_NEAR(report.all.amplitude_error_ratio, 1, 0.002);
  for (const double sd : report.all.pose_pull_sd) EXPECT_NEAR(sd, 1, scatter);
}

TEST(Evaluation, WithoutStandardErrorsHasNoBound) {
  Evaluation evaluation(2, 1);
  ParticleResult estimate = estimate_row(1), truth = truth_row();
  truth.standard_errors.setConstant(std::numeric_limits<double>::quiet_NaN());
  estimate.standard_errors.setConstant(std::numeric_limits<double>::infinity());
  evaluation.add(0, estimate, truth);
  const auto report = evaluation.report(25);
  EXPECT_NEAR(report.all.global.error.mean, 3.5, 20 * epsilon);
  EXPECT_TRUE(std::isnan(report.all.global.bound));
  EXPECT_TRUE(std::isnan(report.all.global.ratio));
  EXPECT_TRUE(std::isnan(report.all.global.pull_sd));
  EXPECT_TRUE(std::isnan(report.all.amplitude_error_ratio));
}

TEST(Evaluation, OfNothingIsEmpty) {
  const auto report = Evaluation(3, 0).report(1);
  EXPECT_EQ(report.all.count, 0);
  EXPECT_TRUE(std::isnan(report.all.global.error.mean));
}

TEST(Evaluation, HasTheSameBitsInParts) {
  const std::int64_t n = 3000;
  const auto row = [](std::int64_t i) {
    Random random(2, Stream::noise, static_cast<std::uint64_t>(i));
    ParticleResult estimate = estimate_row(40 * random.uniform());
    estimate.amplitudes[0] += random.normal();
    return estimate;
  };
  Evaluation whole(2, n), low(2, n), high(2, n);
  const std::int64_t middle = whole.slices().begin(RowSlices::first_of_rank(1, 3));
  for (std::int64_t i = 0; i < n; ++i) {
    whole.add(i, row(i), truth_row());
    (i < middle ? low : high).add(i, row(i), truth_row());
  }
  for (std::size_t i = 0; i < low.sums().size(); ++i) low.sums()[i] += high.sums()[i];
  for (std::size_t i = 0; i < low.counts().size(); ++i) low.counts()[i] += high.counts()[i];
  const auto expected = whole.report(25), found = low.report(25);
  EXPECT_EQ(found.all.modes[0].error.mean, expected.all.modes[0].error.mean);
  EXPECT_EQ(found.all.modes[0].error.sd, expected.all.modes[0].error.sd);
  EXPECT_EQ(found.found.rotation.mean, expected.found.rotation.mean);
  EXPECT_EQ(found.found.rotation_median, expected.found.rotation_median);
}

TEST(Evaluation, RefusesAnotherNumberOfAmplitudes) {
  Evaluation evaluation(3, 1);
  EXPECT_THROW(evaluation.add(0, estimate_row(1), truth_row()), Bug);
}

}  // namespace
}  // namespace elastem
