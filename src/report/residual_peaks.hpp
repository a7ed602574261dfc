#pragma once

#include <string>
#include <vector>

#include "reconstruction/significant_peak.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// A peak of a residual map beside a structure.
struct ResidualPeak {
  double significance = 0;  ///< standard deviations of the noise; negative: the model has what images lack
  Eigen::Vector3d place;    ///< Å, in the frame of the structure's file
  double distance = 0;      ///< Å to the nearest atom
  std::string residue;      ///< the nearest atom's: chain, name and number
};
using ResidualPeaks = std::vector<ResidualPeak>;

/// `structure` stands about its centre, `centre` is what was taken off its positions.
ResidualPeaks residual_peaks(const std::vector<SignificantPeak>& peaks, const Structure& structure,
                             const Eigen::Vector3d& centre);

/// significance, x, y, z [Å], distance of the nearest atom [Å], its residue.
std::string peaks_csv(const ResidualPeaks& peaks);

/// Whether there is something that the model does not have, for people.
std::string peaks_sentence(const ResidualPeaks& peaks);

}  // namespace elastem
