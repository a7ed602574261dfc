#include "structure/pseudoatoms.hpp"

#include <barrier>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "structure/gaussian_sum.hpp"

namespace elastem {
namespace {

// Σ_a h_a exp(−|r − x_a|²/(2σ²)) at a voxel, without any cut.
double density(const Gaussians& gaussians, double sigma, double x, double y, double z) {
  double sum = 0;
  for (Eigen::Index a = 0; a < gaussians.cols(); ++a) {
    const double squared = (gaussians.col(a).head<3>() - Eigen::Vector3d(x, y, z)).squaredNorm();
    sum += gaussians(3, a) * std::exp(-squared / (2 * sigma * sigma));
  }
  return sum;
}

DensitySlab map_of(const Gaussians& gaussians, double sigma, std::array<std::int64_t, 3> size,
                   double threshold) {
  DensitySlab slab;
  slab.size = size;
  slab.planes = size[2];
  for (std::int64_t z = 0; z < size[2]; ++z)
    for (std::int64_t y = 0; y < size[1]; ++y)
      for (std::int64_t x = 0; x < size[0]; ++x) {
        const double value =
            density(gaussians, sigma, static_cast<double>(x), static_cast<double>(y), static_cast<double>(z));
        slab.values.push_back(value > threshold ? static_cast<float>(value) : 0.0F);
      }
  return slab;
}

// A bent chain of 40 points of different heights in a box of 24 × 20 × 22 voxels.
Gaussians chain() {
  Gaussians points(4, 40);
  for (Eigen::Index a = 0; a < 40; ++a) {
    const auto t = static_cast<double>(a) / 39;
    points.col(a) << 4 + 15 * t, 10 + 5 * std::sin(7 * t), 11 + 6 * std::cos(9 * t),
        1 + 0.5 * std::sin(5.0 * static_cast<double>(a));
  }
  return points;
}

const std::array<std::int64_t, 3> box = {24, 20, 22};

DensitySlab chain_map() {
  return map_of(chain(), 1.1, box, 0.3);
}

double range_of(const DensitySlab& map) {
  return static_cast<double>(*std::max_element(map.values.begin(), map.values.end()));
}

DensitySlab part_of(const DensitySlab& map, std::int64_t first, std::int64_t planes) {
  DensitySlab part = map;
  part.first_plane = first;
  part.planes = planes;
  const auto plane = map.size[0] * map.size[1];
  part.values.assign(map.values.begin() + first * plane, map.values.begin() + (first + planes) * plane);
  return part;
}

TEST(GaussianSum, GradientAgreesWithCentralDifferences) {
  const DensitySlab map = chain_map();
  GaussianSum sum(map, 1.3, 1, sum_alone);
  Gaussians points = chain().leftCols(6), gradient, unused;
  sum.squares(points, gradient);
  // Differences of float32 densities: noise ε·|ρ|·√voxels/step next to the step's own error, both below 1e−3
  // of the largest derivative, as the cut of the footprints at 4 σ is.
  const double step = 1e-2, tolerance = 2e-3 * gradient.cwiseAbs().maxCoeff();
  for (Eigen::Index a = 0; a < points.cols(); ++a)
    for (Eigen::Index i = 0; i < 4; ++i) {
      Gaussians up = points, down = points;
      up(i, a) += step;
      down(i, a) -= step;
      const double difference = (sum.squares(up, unused) - sum.squares(down, unused)) / (2 * step);
      EXPECT_NEAR(gradient(i, a), difference, tolerance) << "component " << i << " of " << a;
    }
}

TEST(GaussianSum, LackingCellsAreThoseWithoutGaussians) {
  const Gaussians two = (Gaussians(4, 2) << 5, 15, 10, 10, 10, 10, 1, 0.5).finished();
  const DensitySlab map = map_of(two, 1.2, {20, 20, 20}, 0.05);
  GaussianSum sum(map, 1.2, 1, sum_alone);
  Gaussians gradient;
  sum.squares(two.leftCols(1), gradient);
  const auto cells = sum.lacking_cells(2, 0.01);
  ASSERT_FALSE(cells.empty());
  EXPECT_EQ(cells.front().voxel, (10 * 20 + 10) * 20 + 15);
  for (const LackingCell& cell : cells) EXPECT_GT(cell.voxel % 20, 10);
  EXPECT_TRUE(std::is_sorted(cells.begin(), cells.end(),
                             [](const auto& a, const auto& b) { return a.lack > b.lack; }));
  EXPECT_EQ(sum.inside(two), (std::vector<bool>{true, true}));
}

TEST(Pseudoatoms, ReachTheErrorAskedFor) {
  const DensitySlab map = chain_map();
  const double range = range_of(map);
  std::vector<Eigen::Index> counts;
  for (const double error : {0.1, 0.05, 0.02}) {
    const Pseudoatoms fit = fit_pseudoatoms(map, {.sigma = 1, .error = error, .range = range});
    Gaussians found(4, fit.heights.size());
    found.topRows<3>() = fit.positions;
    found.row(3) = fit.heights.transpose();
    double sum = 0, voxels = 0;
    for (std::size_t i = 0; i < map.values.size(); ++i) {
      if (map.values[i] <= 0) continue;
      const auto at = static_cast<std::int64_t>(i);
      sum += std::abs(density(found, 1, static_cast<double>(at % box[0]),
                              static_cast<double>(at / box[0] % box[1]),
                              static_cast<double>(at / box[0] / box[1])) -
                      static_cast<double>(map.values[i]));
      ++voxels;
    }
    EXPECT_LE(fit.error, error);
    // Cutting the footprints at 4 σ takes 3.4e−4 of the height of at most all Gaussians around.
    EXPECT_NEAR(sum / voxels / range, fit.error, 10 * std::exp(-8.0));
    EXPECT_GT(fit.heights.minCoeff(), 0);
    for (Eigen::Index a = 0; a < found.cols(); ++a)
      for (Eigen::Index b = 0; b < a; ++b)
        EXPECT_GE((fit.positions.col(a) - fit.positions.col(b)).norm(), least_pseudoatom_distance);
    counts.push_back(found.cols());
  }
  EXPECT_LT(counts.front(), counts.back());
}

TEST(Pseudoatoms, FindSeparateGaussiansOfTheirOwnWidth) {
  const double sigma = 1.4;
  const Gaussians points = (Gaussians(4, 3) << 6, 15.3, 8.2, 6.4, 7, 16, 7.7, 14, 15.1, 3, 2, 1.5)
                               .finished();  // 5 σ and more apart
  const DensitySlab map = map_of(points, sigma, {22, 23, 24}, 0.1);
  const Pseudoatoms fit = fit_pseudoatoms(map, {.sigma = sigma, .error = 0.002, .range = range_of(map)});
  // Whatever stands beside the three describes no more than the error.
  for (Eigen::Index p = 0; p < points.cols(); ++p) {
    Eigen::Index nearest = 0;
    const double distance =
        (fit.positions.colwise() - points.col(p).head<3>()).colwise().norm().minCoeff(&nearest);
    EXPECT_LT(distance, 0.05 * sigma);
    EXPECT_NEAR(fit.heights(nearest), points(3, p), 0.05 * points(3, p));
  }
}

TEST(Pseudoatoms, AreTheSameToTheLastBitFromAnyNumberOfSlabs) {
  const DensitySlab map = chain_map();
  const PseudoatomOptions options{.sigma = 1.2, .error = 0.04, .range = range_of(map)};
  const Pseudoatoms alone = fit_pseudoatoms(map, options);
  std::vector<std::int64_t> voxels(static_cast<std::size_t>(box[2]), 0);
  for (std::size_t i = 0; i < map.values.size(); ++i)
    voxels[i / static_cast<std::size_t>(box[0] * box[1])] += map.values[i] > 0 ? 1 : 0;
  for (const int ranks : {2, 3, 5}) {
    std::vector<Pseudoatoms> fits(static_cast<std::size_t>(ranks));
    std::barrier meeting(ranks);
    std::mutex mutex;
    std::vector<std::int64_t> total;
    const auto sum = [&](std::span<std::int64_t> values) {
      {
        const std::lock_guard lock(mutex);
        total.resize(values.size(), 0);
        for (std::size_t i = 0; i < values.size(); ++i) total[i] += values[i];
      }
      meeting.arrive_and_wait();
      std::copy(total.begin(), total.end(), values.begin());
      meeting.arrive_and_wait();
      {
        const std::lock_guard lock(mutex);
        total.clear();
      }
      meeting.arrive_and_wait();
    };
    std::vector<std::thread> threads;
    for (int rank = 0; rank < ranks; ++rank)
      threads.emplace_back([&, rank] {
        const auto [first, planes] = slab_share(voxels, pseudoatom_layer(options.sigma), rank, ranks);
        fits[static_cast<std::size_t>(rank)] = fit_pseudoatoms(part_of(map, first, planes), options, sum);
      });
    for (std::thread& thread : threads) thread.join();
    for (const Pseudoatoms& fit : fits) {
      EXPECT_EQ(fit.positions, alone.positions) << ranks << " slabs";
      EXPECT_EQ(fit.heights, alone.heights);
      EXPECT_EQ(fit.error, alone.error);
    }
  }
}

TEST(Pseudoatoms, SayWhenTheyAreTooWide) {
  try {
    fit_pseudoatoms(chain_map(), {.sigma = 4, .error = 0.01, .range = 1});
    FAIL() << "a chain of σ 1.1 described by σ 4";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("not the 1.00 % asked for"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("--pseudoatom-sigma"), std::string::npos);
  }
}

TEST(SlabShare, CoversAllPlanesInWholeLayersOfLikeWork) {
  std::vector<std::int64_t> voxels(50, 0);
  std::iota(voxels.begin() + 10, voxels.begin() + 40, 1);
  const std::int64_t all = std::accumulate(voxels.begin(), voxels.end(), std::int64_t{0});
  for (const int ranks : {1, 2, 3, 4, 60}) {
    std::int64_t next = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      const auto [first, planes] = slab_share(voxels, 3, rank, ranks);
      EXPECT_EQ(first, next);
      EXPECT_TRUE(first % 3 == 0 || planes == 0);
      next = first + planes;
      std::int64_t work = 0;
      for (std::int64_t plane = first; plane < next; ++plane) work += voxels[static_cast<std::size_t>(plane)];
      EXPECT_LE(work, all / ranks + 3 * 31) << "one layer above its share";
    }
    EXPECT_EQ(next, 50);
  }
}

}  // namespace
}  // namespace elastem
