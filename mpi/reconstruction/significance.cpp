#include "mpi/reconstruction/significance.hpp"

#include <cmath>
#include <numbers>

#include "maps/stack_reader.hpp"
#include "mpi/reconstruction/map_file.hpp"
#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

constexpr double least_peak = 4;
constexpr int most_peaks = 10;
constexpr double window = 2, apart = 2;  // in details

// Multiplies terms by exp(−factor·k²), k in cells, and goes to real space. Each rank its planes; collective.
void blur_backward(SlabFft& fft, double factor) {
  const double scale = 1 / std::pow(fft.side(), 3);
  for_each_term(fft.side(), fft.first_plane(), fft.spectrum().size(),
                [&](std::size_t i, int x, int y, int z) {
                  const double r = radius_of_term(x, y, z);
                  fft.spectrum()[i] *= scale * std::exp(-factor * r * r);
                });
  fft.backward();
}

// Calls use(value index, place from the centre in voxels) for this rank's voxels.
template <class Use>
void for_each_voxel(const SlabFft& fft, const Use& use) {
  const int side = fft.side();
  for (int plane = 0; plane < fft.plane_count(); ++plane)
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        use((static_cast<std::size_t>(plane) * static_cast<std::size_t>(side) + static_cast<std::size_t>(y)) *
                    static_cast<std::size_t>(fft.row_stride()) +
                static_cast<std::size_t>(x),
            Eigen::Vector3d(x - side / 2, y - side / 2, fft.first_plane() + plane - side / 2));
}

// Half the sum and half the difference of two maps, transformed. Collective.
void to_mean_and_difference(SlabFft& first, SlabFft& second) {
  for (std::size_t i = 0; i < first.spectrum().size(); ++i) {
    const auto a = first.spectrum()[i], b = second.spectrum()[i];
    first.spectrum()[i] = (a + b) / 2.0;
    second.spectrum()[i] = (a - b) / 2.0;
  }
}

// The peaks of a volume in real space. Collective.
std::vector<SignificantPeak> peaks_of(const Communicator& comm, SlabFft& fft, ImageGrid grid, double detail) {
  std::vector<SignificantPeak> peaks;
  while (std::ssize(peaks) < most_peaks) {
    SignificantPeak own{0, Eigen::Vector3d::Zero()};
    for_each_voxel(fft, [&](std::size_t i, const Eigen::Vector3d& at) {
      const double value = fft.volume()[i];
      if (std::abs(value) <= std::abs(own.value)) return;
      const Eigen::Vector3d place = at * grid.pixel_size;
      for (const SignificantPeak& peak : peaks)
        if ((peak.place - place).norm() < apart * detail) return;
      own = {value, place};
    });
    const std::array<double, 4> mine{own.value, own.place.x(), own.place.y(), own.place.z()};
    const std::vector<double> all = comm.all_gathered(mine);
    SignificantPeak best{0, Eigen::Vector3d::Zero()};
    for (std::size_t r = 0; r < all.size(); r += 4)
      if (std::abs(all[r]) > std::abs(best.value)) best = {all[r], {all[r + 1], all[r + 2], all[r + 3]}};
    if (std::abs(best.value) < least_peak) break;
    peaks.push_back(best);
  }
  return peaks;
}

}  // namespace

std::vector<SignificantPeak> write_significance(const Communicator& comm,
                                                const std::array<std::string, 2>& halves, ImageGrid grid,
                                                double detail, const std::string& output) {
  SlabFft mean = transformed_map(comm, halves[0], grid), noise = transformed_map(comm, halves[1], grid);
  to_mean_and_difference(mean, noise);
  const double cell = 1 / (grid.size * grid.pixel_size);  // 1/Å
  const double fall = std::numbers::ln2 * std::pow(detail * cell, 2);
  blur_backward(mean, fall);
  blur_backward(noise, fall);
  for (double& value : noise.volume()) value *= value;
  noise.forward();
  blur_backward(noise, 2 * std::pow(std::numbers::pi * window * detail * cell, 2));
  const double radius = grid.size / 2.0 - 1;
  for_each_voxel(mean, [&](std::size_t i, const Eigen::Vector3d& at) {
    const double variance = noise.volume()[i];
    double& value = mean.volume()[i];
    value = at.norm() <= radius && variance > 0 ? value / std::sqrt(variance) : 0;
  });
  const auto origin = collectively_get(comm, [&] { return StackReader(halves[0]).header().origin; });
  write_volume(comm, output, grid, 0, mean, origin);
  return peaks_of(comm, mean, grid, detail);
}

}  // namespace elastem
