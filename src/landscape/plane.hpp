#pragma once

#include <cstdint>
#include <span>

#include "landscape/distribution.hpp"
#include "landscape/error_mixture.hpp"

namespace elastem {

/// How the truth is distributed in the plane of two coordinates, errors taken off.
struct Plane {
  static constexpr int bins = 64;  ///< a side
  GridAxis x, y;
  Eigen::ArrayXXd density;       ///< per Å², integral 1; density(i, j), i along x
  Eigen::ArrayXXd energy_error;  ///< kT: standard deviation of −ln p over replicates; empty: there are none
  double least_density = 0;      ///< per Å²: one value within a standard error
  int iterations = 0;            ///< of the deconvolution

  /// Whether the data tell the free energy of a cell: to 1 kT, and there is somebody.
  bool resolved(Eigen::Index i, Eigen::Index j) const {
    return density(i, j) >= least_density && (energy_error.size() == 0 || energy_error(i, j) <= 1);
  }
  /// The density on a grid twice as fine, bilinear; 0 where the data do not tell.
  Eigen::ArrayXXd fine_density() const;
};

/// The density of two-dimensional values by GridDeconvolution on the cells of the axes, iterations believed
/// as two halves of the values (every second each) agree, smoothed by a third of the errors; the error of the
/// energy from `replicates` sets drawn with replacement, values of one image together. Memory: 16 KiB per
/// value. A pure function; at least two values.
Plane deconvolved_plane(std::span<const NoisyValue> values, GridAxis x, GridAxis y, int replicates,
                        std::uint64_t seed);

}  // namespace elastem
