#include "alignment/pose_search.hpp"

#include <gtest/gtest.h>

#include "synthetic_particle.hpp"

namespace elastem {
namespace {

SearchOptions options() {
  SearchOptions search;
  search.angular_step = 12;
  search.resolution = 12;
  search.shift_range = 12;
  search.conformation_step = 40;
  search.candidates = 10;
  search.separation = 18;
  return search;
}

TEST(PoseSearch, TheBestCandidateIsNearTheTruth) {
  const ElasticModel model = bent_chain();
  const PoseLibrary library(model, test_grid, options());
  PoseSearch search(library);
  Fft2<float> fft(test_grid.size);
  Spectrum spectrum;
  const auto transfer = ctf_half_grid(test_ctf(), test_grid.size, test_grid.pixel_size);
  const std::vector<double> noise(transfer.size(), 1.0);
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Placement truth = random_placement(i, 20, 10);
    fft.forward(particle_image(model, truth, test_ctf(), 0, i), spectrum);
    const auto candidates = search.search(spectrum, transfer, noise);
    ASSERT_FALSE(candidates.empty());
    // Half a step of the view (a diagonal: step/√2) and half a step in the plane, with the motion left
    // unmodelled.
    EXPECT_LT(rotation_distance(candidates[0].placement.rotation, truth.rotation),
              12 / std::sqrt(2.0) + 6 + 6)
        << "particle " << i;
    // Half the diagonal of the shift grid (0.4·12 Å), and what a wrong turn moves the centre by.
    EXPECT_LT((candidates[0].placement.shift - truth.shift).norm(), 4.8 / std::sqrt(2.0) + 2);
    for (std::size_t c = 1; c < candidates.size(); ++c) {
      EXPECT_LE(candidates[c].score, candidates[c - 1].score);
      for (std::size_t d = 0; d < c; ++d) {
        EXPECT_GE(rotation_distance(candidates[c].placement.rotation, candidates[d].placement.rotation), 18);
      }
    }
  }
}

TEST(PoseSearch, TheScoreIsTheDropOfChi2) {
  // A reference seen in the plane at psi = 0 and no shift: its score² is Σ w·CTF²·|T|², all of its power.
  const ElasticModel model = bent_chain();
  const PoseLibrary library(model, test_grid, options());
  PoseSearch search(library);
  const auto& view = library.references()[10].view;
  Placement at;
  at.amplitudes.setZero(2);
  at.rotation = rotation_matrix(view[0], view[1], 0);
  Fft2<float> fft(test_grid.size);
  Spectrum spectrum;
  Ctf none;
  none.enabled = false;
  fft.forward(particle_image(model, at, none, 0, 0), spectrum);
  const std::vector<float> transfer(static_cast<std::size_t>(spectrum.size()), 1.0F);
  const auto candidates = search.search(spectrum, transfer, std::vector<double>(transfer.size(), 1.0));
  double power = 0;
  const int radius = library.band_radius();
  for (int row = 0; row < test_grid.size; ++row) {
    const int ky = row <= test_grid.size / 2 ? row : row - test_grid.size;
    for (int kx = 0; kx <= radius; ++kx) {
      if (kx * kx + ky * ky > radius * radius || (kx == 0 && ky <= 0)) continue;
      power += std::norm(spectrum(row, kx));
    }
  }
  // The turned image is read off by bilinear interpolation in a fourfold finer box and clipped to the circle.
  EXPECT_NEAR(candidates[0].score / std::sqrt(power), 1, 0.05);
  EXPECT_LT(rotation_distance(candidates[0].placement.rotation, at.rotation), 1e-3);
}

}  // namespace
}  // namespace elastem
