#include "report/residual_peaks.hpp"

#include <cmath>
#include <limits>

#include <spdlog/fmt/fmt.h>

namespace elastem {
namespace {

constexpr double certain = 6;  // noise reaches 4 now and then, 6 next to never

}  // namespace

ResidualPeaks residual_peaks(const std::vector<SignificantPeak>& peaks, const Structure& structure,
                             const Eigen::Vector3d& centre) {
  ResidualPeaks found;
  for (const SignificantPeak& peak : peaks) {
    ResidualPeak& one = found.emplace_back();
    one.significance = peak.value;
    one.place = peak.place + centre;
    one.distance = std::numeric_limits<double>::infinity();
    for (Eigen::Index a = 0; a < structure.size(); ++a) {
      const Atom& atom = structure.atoms[static_cast<std::size_t>(a)];
      const double distance = (structure.positions.col(a) - peak.place).norm();
      if (distance >= one.distance) continue;
      one.distance = distance;
      one.residue = fmt::format("{}{}{} {}{}", atom.chain, atom.chain.empty() ? "" : " ", atom.residue_name,
                                atom.residue_number, atom.insertion_code);
    }
  }
  return found;
}

std::string peaks_csv(const ResidualPeaks& peaks) {
  std::string text = "significance,x,y,z,distance,nearest_residue\n";
  for (const ResidualPeak& peak : peaks)
    text += fmt::format("{:.2f},{:.2f},{:.2f},{:.2f},{:.2f},{}\n", peak.significance, peak.place.x(),
                        peak.place.y(), peak.place.z(), peak.distance, peak.residue);
  return text;
}

std::string peaks_sentence(const ResidualPeaks& peaks) {
  if (peaks.empty() || std::abs(peaks.front().significance) < certain)
    return "the images hold nothing certain that the model does not";
  const ResidualPeak& peak = peaks.front();
  return fmt::format(
      "{}, by {:.1f} standard deviations, at ({:.0f}, {:.0f}, {:.0f}) Å of the structure's "
      "frame, {:.0f} Å from {}",
      peak.significance > 0 ? "the images hold most that the model lacks"
                            : "the model has most that the images lack",
      std::abs(peak.significance), peak.place.x(), peak.place.y(), peak.place.z(), peak.distance,
      peak.residue);
}

}  // namespace elastem
