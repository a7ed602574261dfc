#include "mpi/reconstruction/map_file.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "maps/mrc.hpp"
#include "maps/stack_reader.hpp"
#include "reconstruction/fourier_slab.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

constexpr ImageGrid grid{8, 2.0};

// A value for every voxel of the padded volume.
double value_at(int z, int y, int x) {
  return 1 + 0.3 * std::sin(1 + z) + 0.2 * std::cos(2 * y) + 0.1 * std::sin(3 * x + y);
}

SlabFft volume(const Communicator& comm) {
  SlabFft fft(comm, oversampling * grid.size);
  for (int plane = 0; plane < fft.plane_count(); ++plane)
    for (int y = 0; y < fft.side(); ++y)
      for (int x = 0; x < fft.side(); ++x)
        fft.volume()[static_cast<std::size_t>((plane * fft.side() + y) * fft.row_stride() + x)] =
            value_at(fft.first_plane() + plane, y, x);
  return fft;
}

std::vector<float> voxels(const std::string& path) {
  const StackReader reader(path);
  std::vector<float> values(static_cast<std::size_t>(grid.size * grid.size * grid.size));
  reader.read(0, grid.size, values);
  return values;
}

std::vector<float> written_map(const Communicator& comm, const std::string& path, double mask_radius) {
  SlabFft fft = volume(comm);
  write_map(comm, path, grid, mask_radius, fft);
  return voxels(path);
}

TEST(MapFile, HoldsTheMiddleOfTheVolumeCentredAndFreedOfTheEnvelope) {
  const auto map = written_map(Communicator::world(), "new/folder/map.mrc", 0);
  const int side = oversampling * grid.size, half = grid.size / 2;
  std::size_t place = 0;
  for (int z = -half; z < half; ++z)
    for (int y = -half; y < half; ++y)
      for (int x = -half; x < half; ++x) {
        const double expected = value_at((z + side) % side, (y + side) % side, (x + side) % side) /
                                std::pow(side, 3) / trilinear_envelope(x, y, z, side);
        // Written as float.
        EXPECT_NEAR(map[place++], expected, std::numeric_limits<float>::epsilon() * expected);
      }
}

TEST(MapFile, HasTheVoxelsOfTheImages) {
  written_map(Communicator::world(), "voxels.mrc", 0);
  const MrcHeader header = StackReader("voxels.mrc").header();
  EXPECT_TRUE(header.volume);
  EXPECT_EQ(header.sections, grid.size);
  EXPECT_FLOAT_EQ(static_cast<float>(header.pixel_size), static_cast<float>(grid.pixel_size));
}

TEST(MapFile, TheMaskLeavesTheCentreAndEmptiesTheCorners) {
  const Communicator comm = Communicator::world();
  const auto whole = written_map(comm, "whole.mrc", 0), masked = written_map(comm, "masked.mrc", 1);
  const auto centre = static_cast<std::size_t>((4 * grid.size + 4) * grid.size + 4);
  EXPECT_EQ(masked[centre], whole[centre]);
  EXPECT_EQ(masked[0], 0);
  EXPECT_NE(whole[0], 0);
}

TEST(MapFile, AFilterMultipliesTheShellsOfTheMap) {
  const Communicator comm = Communicator::world();
  const auto plain = written_map(comm, "plain.mrc", 0);
  const auto filtered = [&](const std::vector<double>& filter, double mask_radius) {
    SlabFft fft = volume(comm);
    write_filtered_map(comm, "filtered.mrc", grid, mask_radius, fft, filter);
    return voxels("filtered.mrc");
  };
  const auto same = filtered({1, 1, 1, 1, 1}, 0), mean = filtered({2, 0, 0, 0, 0}, 0),
             masked = filtered({1, 1, 1, 1, 1}, 1);
  const double average = std::accumulate(plain.begin(), plain.end(), 0.0) / static_cast<double>(plain.size());
  constexpr double rounding = 4 * static_cast<double>(std::numeric_limits<float>::epsilon());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_NEAR(same[i], plain[i], rounding * average);
    EXPECT_NEAR(mean[i], 2 * average, rounding * average);
  }
  EXPECT_EQ(masked[0], 0);
  EXPECT_NE(same[0], 0);
}

TEST(MapFile, AMapCorrelatesWithItselfInEveryShell) {
  const Communicator comm = Communicator::world();
  written_map(comm, "self.mrc", 0);
  const auto correlation = correlation_of_maps(comm, "self.mrc", "self.mrc", grid);
  ASSERT_EQ(correlation.size(), static_cast<std::size_t>(grid.size / 2 + 1));
  // Sums of at most S³ products.
  for (const double value : correlation)
    EXPECT_NEAR(value, 1, std::numeric_limits<double>::epsilon() * std::pow(grid.size, 3));
}

TEST(MapFile, AMapOfAnotherBoxIsRefusedByNameAndSize) {
  const Communicator comm = Communicator::world();
  written_map(comm, "box.mrc", 0);
  EXPECT_THAT(error_of([&] {
                correlation_of_maps(comm, "box.mrc", "box.mrc", {16, 2.0});
              }),
              testing::AllOf(HasSubstr("box.mrc is 8×8×8 voxels of 2 Å"), HasSubstr("16³ voxels")));
  EXPECT_THAT(error_of([&] {
                correlation_of_maps(comm, "box.mrc", "box.mrc", {8, 2.5});
              }),
              HasSubstr("voxels of 2.5 Å"));
}

}  // namespace
}  // namespace elastem
