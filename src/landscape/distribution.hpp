#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// Counts of one coordinate in fine bins between two ends; what lies outside counts in the end bins. Counts
/// are to be added over ranks.
class Histogram {
 public:
  static constexpr int bins = 8192;
  Histogram(double low, double high);
  void add(double value);
  std::span<std::int64_t> counts() { return counts_; }
  std::int64_t total() const;
  /// The value below which `share` (0 … 1) of the entries lie, linear inside a bin. Needs an entry.
  double quantile(double share) const;

 private:
  double low_, high_;
  std::vector<std::int64_t> counts_;
};

/// One axis of a grid.
struct GridAxis {
  double low = 0, high = 1;  ///< Å
  double step(int bins) const { return (high - low) / bins; }
};

/// Counts of two coordinates on a regular grid; what lies outside is left out. Counts are to be added over
/// ranks.
class DensityGrid {
 public:
  static constexpr int bins = 128;  ///< a side
  DensityGrid(GridAxis x, GridAxis y);
  void add(double x, double y);
  std::span<std::int64_t> counts() { return counts_; }
  GridAxis x() const { return x_; }
  GridAxis y() const { return y_; }
  /// Particles per Å², smoothed by a Gaussian of these standard deviations (Å): density(i, j), i along x.
  Eigen::ArrayXXd density(double bandwidth_x, double bandwidth_y) const;

 private:
  GridAxis x_, y_;
  std::vector<std::int64_t> counts_;
};

/// Scott's rule for the bandwidth of a density in two dimensions: sd·n^(−1/6).
double scott_bandwidth(double sd, std::int64_t count);

/// −ln(density/greatest density) in units of kT, at most `ceiling` (also where the density is 0). It is a
/// free energy as far as the particles are an equilibrium ensemble.
Eigen::ArrayXXd free_energy(const Eigen::ArrayXXd& density, double ceiling);

}  // namespace elastem
