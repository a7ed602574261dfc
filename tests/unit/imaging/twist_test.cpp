#include "imaging/twist.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "random_model.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

template <class Real>
TwistFactors<Real> factors_at(double angle) {
  TwistFactors<Real> factors;
  factors.compute(TwistFactors<Real>::Values::Constant(1, static_cast<Real>(angle * angle)));
  return factors;
}

// b, c and their slopes by sine and cosine, in more digits than are compared.
Eigen::Array4d closed_form(double angle) {
  const long double x = angle, t = x * x, sine = std::sin(x), cosine = std::cos(x);
  const long double b = (1 - cosine) / t, c = (x - sine) / (x * t);
  return {static_cast<double>(b), static_cast<double>(c), static_cast<double>((sine / x - 2 * b) / t),
          static_cast<double>((b - 3 * c) / t)};
}

template <class Real>
Eigen::Array4d all(const TwistFactors<Real>& f) {
  return {static_cast<double>(f.b[0]), static_cast<double>(f.c[0]), static_cast<double>(f.b_slope[0]),
          static_cast<double>(f.c_slope[0])};
}

TEST(TwistFactors, AreTheirLimitsAtNoAngle) {
  const Eigen::Array4d limits(1.0 / 2, 1.0 / 6, -1.0 / 12, -1.0 / 60);
  EXPECT_LE((all(factors_at<double>(0)) / limits - 1).abs().maxCoeff(), epsilon);
  // The next terms of the series are below θ²/10 of the first.
  for (const double angle : {1e-12, 1e-8, 1e-5})
    EXPECT_LE((all(factors_at<double>(angle)) / limits - 1).abs().maxCoeff(),
              angle * angle / 10 + 2 * epsilon);
}

TEST(TwistFactors, AreThoseOfSineAndCosineOnBothSidesOfTheSwitch) {
  const double pi = std::numbers::pi;
  for (const double angle : {0.7, 1.9, 3.1, pi * (1 - 1e-15), pi * (1 + 1e-15), 3.2, 6.1, 9.0}) {
    // Closed forms cancel up to θ⁻⁴ of their digits: the extended ones have 3 more.
    EXPECT_LE((all(factors_at<double>(angle)) - closed_form(angle)).abs().maxCoeff(), 20 * epsilon) << angle;
    EXPECT_LE((all(factors_at<float>(angle)) - closed_form(angle)).abs().maxCoeff(),
              10 * std::numeric_limits<float>::epsilon())
        << angle;
  }
}

// exp of a twist as a 4 × 4 matrix, by its series.
Eigen::Matrix4d exponential(const Eigen::Vector3d& turn, const Eigen::Vector3d& shift) {
  Eigen::Matrix4d twist = Eigen::Matrix4d::Zero();
  for (int i = 0; i < 3; ++i) twist.block<3, 1>(0, i) = turn.cross(Eigen::Vector3d::Unit(i));
  twist.block<3, 1>(0, 3) = shift;
  Eigen::Matrix4d sum = Eigen::Matrix4d::Identity(), term = sum;
  for (int n = 1; n < 60; ++n) {
    term = (term * twist / n).eval();
    sum += term;
  }
  return sum;
}

TEST(CurvedMotion, IsTheExponentialOfTheSumOfTwists) {
  const ElasticModel model = turning(random_model(41, 40, 3, 1.5), 41, 0.03);
  const Eigen::Vector3d q(25, -40, 10);
  const Eigen::Matrix3Xd moved = model.deformed(q);
  for (Eigen::Index a = 0; a < model.atom_count(); ++a) {
    const Eigen::Vector3d x = model.positions.col(a);
    Eigen::Vector3d turn = Eigen::Vector3d::Zero(), shift = turn;
    for (std::size_t k = 0; k < 3; ++k) {
      const Eigen::Vector3d omega = model.rotations[k].values().col(a);
      turn += q[static_cast<Eigen::Index>(k)] * omega;
      shift += q[static_cast<Eigen::Index>(k)] * (model.modes[k].values().col(a) - omega.cross(x));
    }
    const Eigen::Vector3d expected = (exponential(turn, shift) * x.homogeneous()).head<3>();
    EXPECT_LE((moved.col(a) - expected).norm(), 1e3 * epsilon * (1 + x.norm())) << a;  // terms up to e^θ
  }
}

TEST(CurvedMotion, TurnsARigidBodyAsOne) {
  ElasticModel model = random_model(42, 30, 0, 1.5);
  const Eigen::Vector3d turn(0.3, -0.5, 0.9), shift(4, 2, -1);  // per Å of amplitude
  Eigen::Matrix3Xd mode(3, 30);
  for (Eigen::Index a = 0; a < 30; ++a)
    mode.col(a) = shift + turn.cross(Eigen::Vector3d(model.positions.col(a)));
  model.modes = {mode};
  model.rotations = {turn.replicate(1, 30)};
  const Eigen::VectorXd q = Eigen::VectorXd::Constant(1, 2.0);
  const Eigen::Matrix3Xd moved = model.deformed(q);
  const Eigen::Matrix3d rotation = Eigen::AngleAxisd(2 * turn.norm(), turn.normalized()).matrix();
  const Eigen::Matrix3Xd relative = moved.colwise() - moved.col(0),
                         before = model.positions.colwise() - model.positions.col(0);
  EXPECT_LE((relative - rotation * before).cwiseAbs().maxCoeff(), 100 * epsilon * 40);  // Å across
}

TEST(CurvedMotion, WithoutTurnsIsLinear) {
  const ElasticModel linear = random_model(43, 50, 3, 1.5);
  const Eigen::Vector3d q(10, -20, 30);
  Eigen::Matrix3Xd sum = linear.positions;
  for (std::size_t k = 0; k < 3; ++k) sum += q[static_cast<Eigen::Index>(k)] * linear.modes[k].values();
  EXPECT_EQ(linear.deformed(q), sum);
  EXPECT_EQ(linear.slopes(q).col(1), linear.modes[1].values().reshaped());
  const ElasticModel straight = turning(linear, 43, 0);
  EXPECT_TRUE(straight.curved());
  EXPECT_LE((straight.deformed(q) - sum).cwiseAbs().maxCoeff(), 4 * epsilon * 60);  // Å
  EXPECT_LE((straight.slopes(q) - linear.slopes(q)).cwiseAbs().maxCoeff(), 4 * epsilon);
}

TEST(CurvedMotion, SlopesAreThoseOfThePlaces) {
  // Turns of all sizes, also beyond π.
  for (const double turn : {1e-4, 0.01, 0.1}) {
    const ElasticModel model = turning(random_model(44, 40, 3, 1.5), 44, turn);
    const Eigen::Vector3d q(25, -40, 10);
    const Eigen::MatrixXd slopes = model.slopes(q);
    for (int k = 0; k < 3; ++k) {
      // A central difference: rounding ε·x/h and the third derivative h²/6.
      const double h = 1e-3;
      const Eigen::Vector3d step = h * Eigen::Vector3d::Unit(k);
      const Eigen::VectorXd difference =
          ((model.deformed(q + step) - model.deformed(q - step)) / (2 * h)).reshaped();
      EXPECT_LE((difference - slopes.col(k)).norm(), 1e-6 * slopes.col(k).norm()) << turn << " mode " << k;
    }
  }
}

TEST(CurvedMotion, NeedsARotationPerMode) {
  ElasticModel model = turning(random_model(45, 10, 3, 1.5), 45, 0.01);
  model.rotations.pop_back();
  EXPECT_THROW(model.deformed(Eigen::Vector3d::Zero()), Bug);
}

}  // namespace
}  // namespace elastem
