#include "verification/decoys.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {
namespace {

constexpr Eigen::Index atoms = 20;

// `count` orthonormal modes numbered from `first`, those of the same number the same in every model.
ElasticModel model_of(int first, int count, bool curved = false) {
  ElasticModel model;
  model.positions = Eigen::Matrix3Xd::Random(3, atoms);
  Eigen::MatrixXd normal(3 * atoms, 30);
  Random random(3, Stream::sampling, 0);
  for (double& value : normal.reshaped()) value = random.normal();
  for (Eigen::Index k = 0; k < normal.cols(); ++k) {
    for (Eigen::Index j = 0; j < k; ++j) normal.col(k) -= normal.col(j).dot(normal.col(k)) * normal.col(j);
    normal.col(k).normalize();
  }
  model.eigenvalues.resize(count);
  for (int k = 0; k < count; ++k) {
    const Eigen::Matrix3Xd mode = normal.col(first - 7 + k).reshaped(3, atoms);
    model.modes.emplace_back(mode);
    if (curved) model.rotations.emplace_back(Eigen::Matrix3Xd(0.1 * mode));
    model.mode_numbers.push_back(first + k);
    model.eigenvalues[k] = first + k;
  }
  return model;
}

double product(const ModeVector& a, const ModeVector& b) {
  return a.values().cwiseProduct(b.values()).sum();
}

TEST(Decoys, AreOrthonormalAndHaveNothingOfTheModesThatWereFitted) {
  const ElasticModel fitted = model_of(7, 3);
  const DecoyModel made = with_decoys(fitted, model_of(7, 25), 5, 1);
  ASSERT_EQ(made.decoys(), 5);
  ASSERT_EQ(made.fitted, 3);
  for (std::size_t a = 0; a < 8; ++a)
    for (std::size_t b = 0; b < 8; ++b)
      EXPECT_NEAR(product(made.model.modes[a], made.model.modes[b]), a == b ? 1 : 0, 1e-12);
  EXPECT_EQ(made.model.mode_numbers, (std::vector<int>{7, 8, 9, 32, 33, 34, 35, 36}));
  EXPECT_EQ(made.model.eigenvalues.size(), 8);
}

TEST(Decoys, AreOfTheHighestModesAlone) {
  const DecoyModel made = with_decoys(model_of(7, 3), model_of(10, 25), 4, 1);
  const ElasticModel low = model_of(7, 10), high = model_of(7, 28);  // of 10 to 34 the last 15 are 20 to 34
  for (std::size_t d = 3; d < 7; ++d) {
    double share = 0;
    for (const ModeVector& mode : low.modes) EXPECT_NEAR(product(made.model.modes[d], mode), 0, 1e-12);
    for (std::size_t k = 13; k < 28; ++k) share += std::pow(product(made.model.modes[d], high.modes[k]), 2);
    EXPECT_NEAR(share, 1, 1e-12);
  }
}

TEST(Decoys, AreOthersForAnotherSeed) {
  const ElasticModel fitted = model_of(7, 3), source = model_of(10, 20);
  const auto first = [&](std::uint64_t seed) { return with_decoys(fitted, source, 3, seed).model.modes[3]; };
  EXPECT_EQ(first(1).values(), first(1).values());
  EXPECT_LT(std::abs(product(first(1), first(2))), 0.9);
}

TEST(Decoys, TurnTheAtomsAsTheirModesDo) {
  const DecoyModel made = with_decoys(model_of(7, 3, true), model_of(10, 20, true), 3, 1);
  for (std::size_t d = 3; d < 6; ++d)  // rotations are a tenth of the vectors in these models
    EXPECT_LT((made.model.rotations[d].values() - 0.1 * made.model.modes[d].values()).norm(), 1e-12);
}

TEST(Decoys, AreNotMadeOfTheModesThatWereFitted) {
  EXPECT_THROW(with_decoys(model_of(7, 3), model_of(7, 3), 3, 1), Error);
}

TEST(DecoyPrior, LeavesItToTheImages) {
  NormalPrior fitted{Eigen::Vector3d(1, 2, 3), Eigen::Vector3d(100, 25, 1).asDiagonal()};
  fitted.covariance(0, 1) = fitted.covariance(1, 0) = 20;
  const NormalPrior narrow = prior_with_decoys(fitted, Eigen::Vector3d(1, 1, 1), 2);
  EXPECT_EQ(narrow.mean, (Eigen::VectorXd(5) << 1, 2, 3, 0, 0).finished());
  EXPECT_EQ(Eigen::MatrixXd(narrow.covariance),
            Eigen::MatrixXd((Eigen::VectorXd(5) << 100, 25, 25, 25, 25).finished().asDiagonal()));
  const NormalPrior wide = prior_with_decoys(fitted, Eigen::Vector3d(4, 4, 4), 1);
  EXPECT_EQ(wide.covariance.diagonal(), Eigen::Vector4d(100, 64, 64, 64));
}

}  // namespace
}  // namespace elastem
