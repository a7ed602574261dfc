#include "imaging/elastic_model.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace elastem {

Eigen::Matrix3Xd ElasticModel::deformed(const Eigen::VectorXd& amplitudes) const {
  require(amplitudes.size() == mode_count(), "one amplitude per mode");
  Eigen::Matrix3Xd moved = positions;
  for (Eigen::Index k = 0; k < mode_count(); ++k) {
    moved += amplitudes[k] * modes[static_cast<std::size_t>(k)].values();
  }
  return moved;
}

double ElasticModel::widest_sigma() const {
  double widest = 0;
  for (const AtomKind& kind : kinds)
    for (const GaussianTerm& term : kind) widest = std::max(widest, term.sigma);
  return widest;
}

double default_amplitude(Eigen::Index atom_count) {
  constexpr double rmsd = 4.9;  // Å: adenylate kinase at q = 200, the reference experiment
  return rmsd * std::sqrt(static_cast<double>(atom_count));
}

}  // namespace elastem
