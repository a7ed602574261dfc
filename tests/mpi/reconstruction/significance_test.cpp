#include "mpi/reconstruction/significance.hpp"

#include <array>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "maps/stack_reader.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/reconstruction/map_file.hpp"

namespace elastem {
namespace {

constexpr ImageGrid grid{32, 4};

// White noise of standard deviation 1, and a blob of the given height at (12, −20, 8) Å.
void write_half(const Communicator& comm, const std::string& path, unsigned seed, double height) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  const Range own = equal_share(comm, grid.size);
  std::vector<float> voxels;
  for (int z = 0; z < grid.size; ++z)
    for (int y = 0; y < grid.size; ++y)
      for (int x = 0; x < grid.size; ++x) {
        const Eigen::Vector3d at = Eigen::Vector3d(x - 16, y - 16, z - 16) * grid.pixel_size;
        const double blob = height * std::exp(-(at - Eigen::Vector3d(12, -20, 8)).squaredNorm() / 72);
        const double value = normal(generator) + blob;
        if (z >= own.first && z < own.first + own.count) voxels.push_back(static_cast<float>(value));
      }
  write_sections(comm, path, grid, voxels, {0, 0, 0});
}

std::vector<SignificantPeak> peaks(const Communicator& comm, double height, unsigned seed = 1) {
  const std::array<std::string, 2> halves{"first.mrc", "second.mrc"};
  write_half(comm, halves[0], seed, height);
  write_half(comm, halves[1], seed + 1000, height);
  auto found = write_significance(comm, halves, grid, 12, "significance.mrc");
  comm.barrier();
  return found;
}

TEST(Significance, FindsWhatBothHalvesHave) {
  const auto comm = Communicator::world();
  const auto found = peaks(comm, 4);  // about 14 standard deviations
  ASSERT_FALSE(found.empty());
  EXPECT_GT(found.front().value, 10);
  EXPECT_LE((found.front().place - Eigen::Vector3d(12, -20, 8)).norm(), 2 * grid.pixel_size);
  EXPECT_LT(peaks(comm, -4).front().value, -10);
}

TEST(Significance, OfNoiseHasUnitVarianceAndNoPeakOfSix) {
  const auto comm = Communicator::world();
  for (unsigned seed = 1; seed <= 2; ++seed) {
    for (const SignificantPeak& peak : peaks(comm, 0, seed)) EXPECT_LT(std::abs(peak.value), 6) << seed;
    if (!comm.root()) continue;
    std::vector<float> map(static_cast<std::size_t>(32 * 32 * 32));
    StackReader("significance.mrc").read(0, 32, map);
    double squares = 0;
    int inside = 0;
    for (const float value : map) {
      squares += static_cast<double>(value) * value;
      inside += value != 0;
    }
    // Some (4π/3)·60³/(0.29·12³) ≈ 1,800 independent places; the noise of the window adds a little.
    EXPECT_NEAR(squares / inside, 1, 0.15) << seed;
  }
}

}  // namespace
}  // namespace elastem
