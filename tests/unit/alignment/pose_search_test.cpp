#include "alignment/pose_search.hpp"

#include <gtest/gtest.h>

#include "synthetic_particle.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

SearchOptions options() {
  SearchOptions search;
  search.angular_step = 12;
  search.resolution = 12;
  search.shift_range = 12;
  search.amplitudes = {Eigen::Vector2d::Zero(), 33.0 * 33 * Eigen::Matrix2d::Identity()};
  search.candidates = 10;
  search.separation = 18;
  return search;
}

/// An image as the search sees it, for white noise of unit power.
Observation observation(const Image& image, const Ctf& ctf) {
  Observation particle;
  Fft2<float>(test_grid.size).forward(image, particle.spectrum);
  particle.transfer = ctf_half_grid(ctf, test_grid.size, test_grid.pixel_size);
  particle.noise_power.assign(particle.transfer.size(), 1.0);
  return particle;
}

TEST(PoseSearch, TheBestCandidateIsNearTheTruth) {
  const ElasticModel model = bent_chain();
  const OwnPoseLibrary library(model, test_grid, options());
  PoseSearch search(*library);
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Placement truth = random_placement(i, 20, 10);
    const auto candidates =
        search.search(observation(particle_image(model, truth, test_ctf(), 0, i), test_ctf()));
    ASSERT_FALSE(candidates.empty());
    // The neighbourhood of the grid's cells was looked at: half of half a step is left, more where the motion
    // is far from that of a conformation.
    EXPECT_LT(rotation_distance(candidates[0].placement.rotation, truth.rotation), 6) << "particle " << i;
    EXPECT_LT((candidates[0].placement.shift - truth.shift).norm(), 2) << "particle " << i;
    for (std::size_t c = 1; c < candidates.size(); ++c)
      EXPECT_LE(candidates[c].score, candidates[c - 1].score);
  }
}

TEST(PoseSearch, CandidatesDifferInPoseOrConformation) {
  const ElasticModel model = bent_chain();
  const OwnPoseLibrary library(model, test_grid, options());
  PoseSearch search(*library);
  const auto candidates = search.search(
      observation(particle_image(model, random_placement(1, 20, 10), test_ctf(), 1, 1), test_ctf()));
  ASSERT_GT(candidates.size(), 2U);
  EXPECT_LE(candidates.size(), 10U);
  for (std::size_t c = 1; c < candidates.size(); ++c) {
    for (std::size_t d = 0; d < c; ++d) {
      const Placement &one = candidates[c].placement, &other = candidates[d].placement;
      EXPECT_TRUE(rotation_distance(one.rotation, other.rotation) >= options().separation ||
                  (one.amplitudes - other.amplitudes).norm() >= 1.2 * options().amplitudes.widest());
    }
  }
}

TEST(PoseLibrary, HoldsWhatTheBudgetAllows) {
  const ElasticModel model = bent_chain();
  const PoseLibrary all(model, test_grid, options());
  EXPECT_EQ(all.conformations().size(), 5U);
  SearchOptions some = options();
  some.memory = all.bytes() / 2;
  const PoseLibrary half(model, test_grid, some);
  EXPECT_EQ(half.conformations().size(), 2U);
  EXPECT_LE(half.bytes(), some.memory);
  some.memory = all.bytes() / 10;
  EXPECT_NE(error_of([&] { PoseLibrary(model, test_grid, some); }).find("--library-memory"),
            std::string::npos);
}

TEST(PoseLibrary, TangentsAreTheDerivativesOfTheTerms) {
  // Central differences between libraries whose conformations lie a little to either side of the mean.
  const ElasticModel model = bent_chain();
  SearchOptions near = options();
  near.amplitudes.covariance = 0.4 * 0.4 * Eigen::Matrix2d::Identity();  // Å²
  const OwnPoseLibrary library(model, test_grid, near);
  const std::size_t views = library->references().size() / library->conformations().size(), view = 40;
  const auto tangent = library->tangent(view);  // of the mean
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::size_t before = 1 + 2 * axis, after = before + 1;  // conformations either side of the mean
    const Eigen::VectorXf step =
        (library->conformations()[after] - library->conformations()[before]).cast<float>();
    const Eigen::VectorXf expected = tangent.middleCols(1, 2) * step;
    const Eigen::VectorXf difference =
        library->tangent(after * views + view).col(0) - library->tangent(before * views + view).col(0);
    // Single precision of the terms over a step of 1 Å, and the curvature (0.5 Å / resolution)².
    EXPECT_LT((difference - expected).norm(), 0.01F * expected.norm()) << "axis " << axis;
  }
  // A turn in the plane keeps the power of every ring: no change along the terms themselves, up to the band's
  // square lattice.
  const Eigen::VectorXf turned = tangent.col(tangent.cols() - 1);
  EXPECT_LT(std::abs(turned.dot(tangent.col(0))), 0.02F * turned.norm() * tangent.col(0).norm());
}

TEST(PoseSearch, TheScoreIsTheDropOfChi2) {
  // A reference seen in the plane at psi = 0 and no shift: its score² is Σ w·CTF²·|T|² over the full plane,
  // all of its power.
  const ElasticModel model = bent_chain();
  const OwnPoseLibrary library(model, test_grid, options());
  PoseSearch search(*library);
  const auto& view = library->references()[10].view;
  Placement at;
  at.amplitudes.setZero(2);
  at.rotation = rotation_matrix(view[0], view[1], 0);
  Ctf none;
  none.enabled = false;
  const Observation image = observation(particle_image(model, at, none, 0, 0), none);
  const auto candidates = search.search(image);
  double power = 0;
  const int radius = library->band_radius();
  for (int row = 0; row < test_grid.size; ++row) {
    const int ky = row <= test_grid.size / 2 ? row : row - test_grid.size;
    for (int kx = 0; kx <= radius; ++kx) {
      if (kx * kx + ky * ky > radius * radius || (kx == 0 && ky <= 0)) continue;
      power += 2 * std::norm(image.spectrum(row, kx));
    }
  }
  // The turned image is read off by bilinear interpolation in a fourfold finer box and clipped to the circle;
  // beads stand for the atoms.
  EXPECT_NEAR(candidates[0].score / std::sqrt(power), 1, 0.05);
  EXPECT_LT(rotation_distance(candidates[0].placement.rotation, at.rotation), 2);
}

}  // namespace
}  // namespace elastem
