#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "imaging/fftw.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// A soft sphere that moves over two half maps, as relion_postprocess --locres has it: 1 within half its
/// radius, falling to 0 at one and a half. Lengths in voxels.
struct LocalWindow {
  double radius = 0;
  int step = 1;  ///< from one place to the next
  int side = 0;  ///< of the cube that holds it, and in which it is transformed

  double weight(double distance) const;
};

/// Of a radius and a step in Å; a step of a voxel at least.
LocalWindow local_window(ImageGrid grid, double radius, double step);

/// Sections first … first+count−1 of a volume of side `size`.
struct VolumePart {
  int size = 0, first = 0, count = 0;
  std::vector<float> voxels;
};

/// The resolution within one window after another. One per rank: owns its scratch memory.
class LocalCorrelation {
 public:
  /// Correlations are corrected by those of random phases from the resolution `random_from` (Å) on.
  LocalCorrelation(LocalWindow window, double pixel_size, double random_from);

  /// Where the correlation of two halves about `centre` (voxels from the volume's middle) falls below 0.143,
  /// in Å; `random` are the same volumes with random phases. What lies outside the volume is 0.
  double resolution(const std::array<VolumePart, 2>& halves, const std::array<VolumePart, 2>& random,
                    const Eigen::Vector3i& centre);

 private:
  std::vector<double> correlation(const std::array<VolumePart, 2>& halves, const Eigen::Vector3i& centre);
  void transform(const VolumePart& part, const Eigen::Vector3i& centre,
                 std::vector<std::complex<double>>& spectrum);

  LocalWindow window_;
  double pixel_size_;
  int corrected_from_;
  std::vector<double> weights_;
  FftwArray<double, double> cube_;
  FftwArray<double, std::complex<double>> terms_;
  FftwPlan<double> plan_;
  std::array<std::vector<std::complex<double>>, 2> spectra_;
};

/// The places of windows in a box: a cubic lattice about its middle.
class WindowLattice {
 public:
  WindowLattice(int size, int step);

  std::int64_t places() const { return static_cast<std::int64_t>(edge_) * edge_ * edge_; }
  /// Voxels from the box's middle, x fastest.
  Eigen::Vector3i place(std::int64_t index) const;
  /// At a voxel (counted from the middle), linearly between the places whose value is above 0; 0 where none
  /// of the eight about it has one.
  double interpolated(const std::vector<float>& values, const Eigen::Vector3i& voxel) const;

 private:
  int step_, reach_, edge_;  ///< places from −reach to reach along each axis
};

/// What local resolution was found.
struct LocalResolution {
  double radius = 0, step = 0;  ///< of the window, Å
  std::int64_t windows = 0;
  double lower_quartile = 0, median = 0, upper_quartile = 0;  ///< Å, of the voxels in the mask
};

/// Resolutions counted in equal steps: quantiles of any number of voxels in little memory, to be added over
/// ranks.
class ResolutionHistogram {
 public:
  /// Of values from `low` to `high`.
  ResolutionHistogram(double low, double high);
  void add(double value);
  std::vector<std::int64_t>& counts() { return counts_; }
  /// To within a 4096th of the range; 0 of nothing.
  double quantile(double share) const;

 private:
  double low_, width_;
  std::vector<std::int64_t> counts_;
};

}  // namespace elastem
