#include "mpi/reconstruction/slab_fft.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <fftw3.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {
namespace {

// The same numbers on every rank.
std::vector<double> cube(int side) {
  std::vector<double> values(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) *
                             static_cast<std::size_t>(side));
  Random random(3, Stream::noise, 0);
  for (double& value : values) value = random.normal();
  return values;
}

std::vector<std::complex<double>> serial_transform(std::vector<double> values, int side) {
  std::vector<std::complex<double>> terms(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) *
                                          static_cast<std::size_t>(side / 2 + 1));
  fftw_plan plan = fftw_plan_dft_r2c_3d(side, side, side, values.data(),
                                        reinterpret_cast<fftw_complex*>(terms.data()), FFTW_ESTIMATE);
  fftw_execute(plan);
  fftw_destroy_plan(plan);
  return terms;
}

void fill(SlabFft& fft, const std::vector<double>& values) {
  const int side = fft.side();
  for (int line = 0; line < fft.plane_count() * side; ++line)
    for (int x = 0; x < side; ++x)
      fft.volume()[static_cast<std::size_t>(line * fft.row_stride() + x)] =
          values[static_cast<std::size_t>((fft.first_plane() * side + line) * side + x)];
}

// A transform of n³ normal deviates has terms of size √n³; rounding grows like ε·log₂ n³.
double tolerance(int side) {
  const double terms = std::pow(side, 3);
  return 10 * std::numeric_limits<double>::epsilon() * std::log2(terms) * std::sqrt(terms);
}

TEST(SlabFft, AgreesWithTheSerialTransform) {
  for (const int side : {12, 7, 2}) {  // even, odd, fewer planes than ranks
    SlabFft fft(Communicator::world(), side);
    const auto values = cube(side);
    fill(fft, values);
    fft.forward();
    const auto expected = serial_transform(values, side);
    const std::size_t start = static_cast<std::size_t>(fft.first_plane()) * static_cast<std::size_t>(side) *
                              static_cast<std::size_t>(side / 2 + 1);
    double worst = 0;
    for (std::size_t i = 0; i < fft.spectrum().size(); ++i)
      worst = std::max(worst, std::abs(fft.spectrum()[i] - expected[start + i]));
    EXPECT_LE(worst, tolerance(side)) << side;
  }
}

TEST(SlabFft, BackwardUndoesForwardTimesTheVolume) {
  const int side = 10;
  SlabFft fft(Communicator::world(), side);
  const auto values = cube(side);
  fill(fft, values);
  fft.forward();
  fft.backward();
  const double scale = std::pow(side, 3);
  double worst = 0;
  for (int line = 0; line < fft.plane_count() * side; ++line)
    for (int x = 0; x < side; ++x)
      worst = std::max(
          worst,
          std::abs(fft.volume()[static_cast<std::size_t>(line * fft.row_stride() + x)] -
                   scale * values[static_cast<std::size_t>((fft.first_plane() * side + line) * side + x)]));
  EXPECT_LE(worst, tolerance(side) * std::sqrt(scale));
}

TEST(SlabFft, EveryPlaneHasOneOwner) {
  const Communicator world = Communicator::world();
  const int side = 9;
  const SlabFft fft(world, side);
  for (int plane = 0; plane < side; ++plane) {
    const bool mine = plane >= fft.first_plane() && plane < fft.first_plane() + fft.plane_count();
    EXPECT_EQ(mine, fft.owner(plane) == world.rank()) << plane;
  }
  std::vector<std::int64_t> planes = {fft.plane_count()};
  world.sum(std::span<std::int64_t>(planes));
  EXPECT_EQ(planes[0], side);
}

TEST(SlabFft, MovesItsSlab) {
  SlabFft first(Communicator::world(), 6);
  const auto values = cube(6);
  fill(first, values);
  SlabFft second(std::move(first));
  if (second.plane_count() > 0) {
    EXPECT_EQ(second.volume()[0], values[static_cast<std::size_t>(second.first_plane() * 36)]);
  }
  second = SlabFft(Communicator::world(), 4);
  EXPECT_EQ(second.side(), 4);
}

TEST(SlabFft, RefusesAnEmptyCube) {
  EXPECT_THROW(SlabFft(Communicator::world(), 0), Bug);
}

}  // namespace
}  // namespace elastem
