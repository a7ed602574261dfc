#include "modes/mode_quality.hpp"

#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "modes/elastic_network.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/spring_network.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double cutoff = 7;

Eigen::MatrixXd hessian(const Eigen::Matrix3Xd& r, const Eigen::VectorXd& inverse_sqrt_masses = {}) {
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(3 * r.cols(), 3 * r.cols());
  return hessian_product(r, find_springs(r, cutoff), inverse_sqrt_masses, identity);
}

TEST(Fluctuation, OfAllModesIsTheDiagonalOfThePseudoinverse) {
  const Eigen::Matrix3Xd r = random_cloud(20, 10, 5);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(hessian(r));
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(20);
  Eigen::MatrixXd pseudoinverse = Eigen::MatrixXd::Zero(60, 60);
  for (Eigen::Index k = 6; k < 60; ++k) {
    const Eigen::VectorXd vector = solver.eigenvectors().col(k);
    add_fluctuation(vector, solver.eigenvalues()(k), {}, sums);
    pseudoinverse += vector * vector.transpose() / solver.eigenvalues()(k);
  }
  for (Eigen::Index i = 0; i < 20; ++i)
    EXPECT_NEAR(sums(i), pseudoinverse.diagonal().segment<3>(3 * i).sum(), 60 * epsilon * sums.maxCoeff());
}

TEST(Fluctuation, OfMassWeightedModesDoesNotDependOnTheirNorm) {
  // Equipartition: ⟨u u^T⟩ = k_B T H⁺ whatever the masses, up to rigid motions. Two nodes on one spring have
  // one mode, u = (m₂, −m₁)/…, and the bond's length fluctuates by k_B T over its stiffness.
  const Eigen::Vector2d masses(1, 3);
  Eigen::VectorXd vector(6);
  vector << 3, 0, 0, -1, 0, 0;                              // the centre of mass stays
  const double eigenvalue = 1 / masses(0) + 1 / masses(1);  // of springs of stiffness 1
  for (const double norm : {1.0, 7.0}) {
    Eigen::VectorXd sums = Eigen::VectorXd::Zero(2);
    add_fluctuation(norm * vector.normalized(), eigenvalue, masses, sums);
    const double bond =
        std::pow(std::sqrt(sums(0)) + std::sqrt(sums(1)), 2);  // the two move against one another
    EXPECT_NEAR(bond, 1, 20 * epsilon);
  }
}

TEST(Correlation, OfKnownCases) {
  const Eigen::Vector4d a(1, 2, 3, 5), b(2, 4, 6, 10), c(-1, 1, 1, -1);
  EXPECT_NEAR(correlation(a, b).value(), 1, 10 * epsilon);
  EXPECT_NEAR(correlation(a, -b).value(), -1, 10 * epsilon);
  // Σ(a−ā)(c−c̄) = −1, over √8.75·√4.
  EXPECT_NEAR(correlation(a, c).value(), -1 / std::sqrt(8.75 * 4), 10 * epsilon);
}

TEST(Correlation, IsUndefinedForConstants) {
  const Eigen::Vector4d a(1, 2, 3, 5);
  EXPECT_FALSE(correlation(a, Eigen::Vector4d::Constant(20)).has_value());
  EXPECT_FALSE(correlation(Eigen::Vector2d(1, 2), Eigen::Vector2d(3, 4)).has_value());
  EXPECT_FALSE(correlation(a, Eigen::Vector4d(1, 2, std::nan(""), 3)).has_value());
}

TEST(ShiftProfile, HasTheRmsdOfTheAmplitude) {
  Eigen::VectorXd vector = Eigen::VectorXd::Random(30).normalized();
  const Eigen::VectorXd profile = shift_profile(vector, -12);
  EXPECT_NEAR(profile(4), 12 * vector.segment<3>(12).norm(), 20 * epsilon);
  EXPECT_NEAR(std::sqrt(profile.squaredNorm() / 10), 12 / std::sqrt(10), 100 * epsilon);
}

TEST(ModeOverlap, OfAnOrthonormalBasisAddsUpToOne) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(hessian(random_cloud(10, 10, 5)));
  const Eigen::Matrix3Xd change = Eigen::Matrix3Xd::Random(3, 10);
  const std::vector<Eigen::Index> all = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  Eigen::VectorXd overlaps(30);
  for (Eigen::Index k = 0; k < 30; ++k) overlaps(k) = mode_overlap(solver.eigenvectors().col(k), change, all);
  const Eigen::VectorXd cumulative = cumulative_overlap(overlaps);
  EXPECT_NEAR(cumulative(29), 1, 30 * epsilon);
  EXPECT_NEAR(cumulative(1), std::hypot(overlaps(0), overlaps(1)), 10 * epsilon);
}

TEST(ModeOverlap, OfAPartIsRenormalised) {
  Eigen::VectorXd vector = Eigen::VectorXd::Zero(12);
  vector(3) = 0.6;  // node 1, x
  vector(9) = 0.8;  // node 3, x
  Eigen::Matrix3Xd change = Eigen::Matrix3Xd::Zero(3, 2);
  change(0, 0) = -5;
  EXPECT_NEAR(mode_overlap(vector, change, {1, 2}), 1, epsilon);
  EXPECT_EQ(mode_overlap(vector, change, {2, 0}), 0);  // the mode does not move these
  EXPECT_THROW(mode_overlap(vector, Eigen::Matrix3Xd::Zero(3, 2), {1, 2}), Error);
}

TEST(RayleighQuotient, OfAModeIsItsEigenvalue) {
  const Eigen::Matrix3Xd r = random_cloud(20, 10, 5);
  const Eigen::VectorXd masses = Eigen::VectorXd::LinSpaced(20, 1, 30);
  const Eigen::VectorXd inverse_sqrt = masses.cwiseSqrt().cwiseInverse();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> plain(hessian(r)), weighted(hessian(r, inverse_sqrt));
  const double rounding = 100 * 60 * epsilon * plain.eigenvalues()(59);
  for (const Eigen::Index k : {6, 7, 40}) {
    EXPECT_NEAR(rayleigh_quotient(plain.eigenvectors().col(k), r, cutoff, {}), plain.eigenvalues()(k),
                rounding);
    Eigen::VectorXd vector = weighted.eigenvectors().col(k);
    for (Eigen::Index i = 0; i < 20; ++i) vector.segment<3>(3 * i) *= inverse_sqrt(i);
    EXPECT_NEAR(rayleigh_quotient(5 * vector, r, cutoff, masses), weighted.eigenvalues()(k), rounding);
  }
}

TEST(RigidShare, TellsRigidMotionsFromElasticModes) {
  const Eigen::Matrix3Xd r = random_cloud(20, 10, 5);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(hessian(r));
  const double rounding = 1000 * 60 * epsilon;
  for (const Eigen::Index k : {0, 3, 5})
    EXPECT_NEAR(rigid_share(3 * solver.eigenvectors().col(k), r), 1, rounding);
  for (const Eigen::Index k : {6, 30, 59})
    EXPECT_NEAR(rigid_share(solver.eigenvectors().col(k), r), 0, rounding);
}

}  // namespace
}  // namespace elastem
