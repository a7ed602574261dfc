#include "learning/label.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/units.hpp"
#include "imaging/pose.hpp"
#include "small_model.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

TEST(Rotation6d, IsOrthonormalWithTheFirstRowAlongA) {
  Random random(1, Stream::orientation, 0);
  for (int i = 0; i < 50; ++i) {
    const Eigen::Vector3d a(random.normal(), random.normal(), random.normal());
    const Eigen::Vector3d b(random.normal(), random.normal(), random.normal());
    const Eigen::Matrix3d r = rotation_from_6d(a, b);
    // Orthogonalising loses as many digits as a and b are parallel.
    const double tolerance = 20 * epsilon * a.norm() * b.norm() / a.cross(b).norm();
    EXPECT_LT((r * r.transpose() - Eigen::Matrix3d::Identity()).norm(), tolerance);
    EXPECT_NEAR(r.determinant(), 1, tolerance);
    EXPECT_LT((r.row(0).transpose() - a.normalized()).norm(), 4 * epsilon);
  }
}

TEST(Rotation6d, GivesBackTheRotationOfItsFirstRows) {
  const Eigen::Matrix3d r = rotation_matrix(30, 70, -120);
  EXPECT_LT((rotation_from_6d(3 * r.row(0), 0.1 * r.row(1) + r.row(0)) - r).norm(), 100 * epsilon);
}

TEST(Label, ScalingIsMeanAndDeviation) {
  LabelMoments moments(1);
  for (const double q : {-1.0, 1.0, 6.0}) {
    Label label;
    label.amplitudes = Eigen::VectorXd::Constant(1, q);
    label.shift = {3, 4};
    moments.add(label);
  }
  const LabelScaling scaling = moments.scaling();
  EXPECT_NEAR(scaling.amplitude_mean[0], 2, 8 * epsilon);
  EXPECT_NEAR(scaling.amplitude_sd[0], std::sqrt((9.0 + 1.0 + 16.0) / 3), 64 * epsilon);
  EXPECT_NEAR(scaling.shift_sd, std::sqrt(25.0 / 2), 16 * epsilon);
}

TEST(Label, EqualLabelsScaleByOne) {
  LabelMoments moments(1);
  Label label;
  label.amplitudes = Eigen::VectorXd::Constant(1, 5.0);
  moments.add(label);
  moments.add(label);
  EXPECT_EQ(moments.scaling().amplitude_sd[0], 1);
  EXPECT_EQ(moments.scaling().shift_sd, 1);
}

TEST(Label, AnOutputDecodesToWhatATargetEncodes) {
  const LabelScaling scaling{{10, -3}, {4, 0.5}, 2.5};
  Label label = test::random_label(4);
  label.errors = {Eigen::Vector2d(2, 1), 3, 5};
  std::vector<float> target(target_count(2)), output(output_count(2), 0.0F);
  encode_label(label, scaling, target);
  std::copy_n(target.begin(), 4, output.begin());
  std::copy_n(target.begin() + 14, 2, output.begin() + 4);
  std::fill_n(output.begin() + 6, 2, target[16]);
  EXPECT_NEAR(static_cast<double>(target[13]), 3 * radians_per_degree, std::numeric_limits<float>::epsilon());
  for (std::size_t m = 0; m < component_count; ++m) {
    std::copy_n(target.begin() + 4, 9, output.begin() + 8 + static_cast<std::ptrdiff_t>(11 * m));
    output[8 + 11 * m + 9] = 1.0F / component_count;
    output[8 + 11 * m + 10] = 3;
  }
  const Answer answer = decode_answer(output, scaling);
  const double single = std::numeric_limits<float>::epsilon();
  EXPECT_LT((answer.amplitudes - label.amplitudes).norm(), 30 * single * (label.amplitudes.norm() + 10));
  EXPECT_LT((answer.shift - label.shift).norm(), 4 * single * label.shift.norm());
  EXPECT_LT((answer.amplitude_errors - label.errors.amplitudes).norm(), 4 * single * 3);
  EXPECT_LT((answer.shift_errors - Eigen::Vector2d(5, 5)).norm(), 4 * single * 5);
  ASSERT_EQ(answer.components.size(), component_count);
  for (const PoseComponent& m : answer.components) {
    EXPECT_LT((m.rotation - label.rotation).norm(), 10 * single);
    EXPECT_EQ(m.concentration, 3);
  }
  EXPECT_THROW(decode_answer(target, scaling), Bug);
}

TEST(Label, ErrorsAreAnAlignmentsAndNotATruths) {
  ParticleResult row;
  row.amplitudes = Eigen::Vector2d(1, 2);
  row.standard_errors.resize(7);
  row.standard_errors << 3, 4, 1, 2, 2, 6, 8;
  EXPECT_EQ(label_of(row).errors.amplitudes.size(), 0);
  row.fit = FitDetails{};
  const LabelErrors errors = label_of(row).errors;
  EXPECT_EQ(errors.amplitudes, Eigen::Vector2d(3, 4));
  EXPECT_NEAR(errors.rotation, std::sqrt(3.0), 4 * epsilon);
  EXPECT_NEAR(errors.shift, std::sqrt(50.0), 16 * epsilon);
  row.standard_errors[0] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(label_of(row).errors.amplitudes.size(), 0);
}

// Of a mixture, relative to the uniform density.
double log_density(std::span<const PoseComponent> mixture, const Eigen::Matrix3d& rotation) {
  std::vector<double> terms;
  for (const PoseComponent& m : mixture) {
    const double trace = (m.rotation.transpose() * rotation).trace();
    terms.push_back(std::log(m.weight) + log_peak_density(m.concentration) + m.concentration * (trace - 3));
  }
  const double largest = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

TEST(Density, AveragesToOneOverTheRotations) {
  const std::vector<PoseComponent> mixture = {{rotation_matrix(10, 20, 30), 0.25, 4},
                                              {rotation_matrix(100, 120, 30), 0.75, 0.5}};
  constexpr int n = 40000;
  double sum = 0, squares = 0;
  Random random(2, Stream::orientation, 7);
  for (int i = 0; i < n; ++i) {
    const Eigen::Matrix3d r =
        rotation_matrix(random.uniform(0, 360), std::acos(random.uniform(-1, 1)) * degrees_per_radian,
                        random.uniform(0, 360));
    const double density = std::exp(log_density(mixture, r));
    sum += density;
    squares += density * density;
  }
  const double mean = sum / n, deviation = std::sqrt((squares / n - mean * mean) / n);
  EXPECT_LT(deviation, 0.05);
  EXPECT_NEAR(mean, 1, 5 * deviation);  // five standard deviations of the average
}

TEST(Density, IsHighestAtTheCentreAndUniformWithoutConcentration) {
  const Eigen::Matrix3d centre = rotation_matrix(10, 20, 30);
  const std::vector<PoseComponent> one = {{centre, 1.0, 10}};
  EXPECT_NEAR(log_density(one, centre), log_peak_density(10), 1e3 * epsilon);
  EXPECT_LT(log_density(one, rotation_matrix(10, 25, 30)), log_peak_density(10));
  EXPECT_NEAR(log_peak_density(0), 0, epsilon);
}

/// −log of e^{−x}(I₀(x) − I₁(x)) = ∫ e^{x(cos θ − 1)}·(1 − cos θ) dθ/2π over the circle; the trapezoidal rule
/// on n points is exact to rounding as soon as they are closer than the peak is wide, 1/√x.
double log_peak_by_quadrature(double concentration) {
  constexpr int n = 4096;
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const double versine = 2 * std::pow(std::sin(std::numbers::pi * i / n), 2);
    sum += std::exp(-2 * concentration * versine) * versine;
  }
  return -std::log(sum / n);
}

TEST(Density, PeaksOfAnyConcentrationThatANetworkGivesAreFinite) {
  for (const double concentration : {0.05, 1.0, 44.0, 99.9, 100.1, 354.0, 400.0, 1000.0})
    // Where Bessel functions are subtracted, 1 − I₁/I₀ = 1/4κ is left of them; √4096 roundings of the sum.
    EXPECT_NEAR(log_peak_density(concentration), log_peak_by_quadrature(concentration),
                64 * epsilon + 16 * epsilon * (1 + 4 * concentration))
        << concentration;
  const Eigen::Matrix3d centre = rotation_matrix(10, 20, 30);
  EXPECT_GT(log_density(std::vector<PoseComponent>{{centre, 1.0, 1000}}, centre), log_peak_density(999));
}

TEST(RotationVector, IsTheLeftIncrementInDegrees) {
  const Eigen::Matrix3d from = rotation_matrix(12, 50, 77);
  const Eigen::Vector3d omega(3, -8, 5);
  const Eigen::Matrix3d to = rotation_increment(omega * radians_per_degree) * from;
  EXPECT_LT((rotation_vector(from, to) - omega).norm(),
            1e4 * epsilon);  // acos near 10 degrees loses two digits
}

}  // namespace
}  // namespace elastem
