#include "imaging/elastic_model.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "imaging/twist.hpp"

namespace elastem {

namespace {

Twists<double>::Vectors combined(const std::vector<ModeVector>& vectors, const Eigen::VectorXd& amplitudes,
                                 Eigen::Index atoms) {
  Twists<double>::Vectors sum = Twists<double>::Vectors::Zero(atoms, 3);
  for (std::size_t k = 0; k < vectors.size(); ++k)
    sum += amplitudes[static_cast<Eigen::Index>(k)] * vectors[k].values().transpose().array();
  return sum;
}

Twists<double> twists_at(const ElasticModel& model, const Eigen::VectorXd& amplitudes) {
  require(model.rotations.size() == model.modes.size(), "one rotation per mode");
  Twists<double> twists;
  twists.turn = combined(model.rotations, amplitudes, model.atom_count());
  twists.shift = combined(model.modes, amplitudes, model.atom_count());
  twists.update();
  return twists;
}

}  // namespace

Eigen::Matrix3Xd ElasticModel::deformed(const Eigen::VectorXd& amplitudes) const {
  require(amplitudes.size() == mode_count(), "one amplitude per mode");
  if (curved()) return positions + twists_at(*this, amplitudes).displacement().matrix().transpose();
  Eigen::Matrix3Xd moved = positions;
  for (Eigen::Index k = 0; k < mode_count(); ++k) {
    moved += amplitudes[k] * modes[static_cast<std::size_t>(k)].values();
  }
  return moved;
}

Eigen::MatrixXd ElasticModel::slopes(const Eigen::VectorXd& amplitudes) const {
  require(amplitudes.size() == mode_count(), "one amplitude per mode");
  Eigen::MatrixXd slopes(3 * atom_count(), mode_count());
  for (Eigen::Index k = 0; k < mode_count(); ++k)
    slopes.col(k) = modes[static_cast<std::size_t>(k)].values().reshaped();
  if (!curved()) return slopes;
  const Twists<double> twists = twists_at(*this, amplitudes);
  Twists<double>::Slopes rows;
  for (int axis = 0; axis < 3; ++axis) {
    twists.slopes(Eigen::Vector3d::Unit(axis), rows);
    for (std::size_t k = 0; k < modes.size(); ++k) {
      const auto along = modes[k].values().cwiseProduct(rows.along.matrix().transpose()),
                 about = rotations[k].values().cwiseProduct(rows.about.matrix().transpose());
      const Eigen::VectorXd slope = (along + about).colwise().sum().transpose();
      slopes.col(static_cast<Eigen::Index>(k))(Eigen::seqN(axis, atom_count(), 3)) = slope;
    }
  }
  return slopes;
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
