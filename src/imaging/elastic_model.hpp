#pragma once

#include <vector>

#include <Eigen/Core>

namespace elastem {

/// What an image is made of: N Gaussian atoms that move along K modes,
/// X(q) = X⁰ + Σ_k q_k A_k, each of density w_a · N₃(r; x_a, σ²) with the integral w_a.
struct ElasticModel {
  Eigen::Matrix3Xd positions;           ///< X⁰ in Å, centred on the centre of mass
  std::vector<Eigen::Matrix3Xd> modes;  ///< A_k, each of unit norm over its 3N entries
  std::vector<int> mode_numbers;        ///< 7, 8, …: one a mode
  Eigen::VectorXd weights;              ///< w_a, electrons
  double sigma = 1.5;                   ///< Å

  Eigen::Index atom_count() const { return positions.cols(); }
  Eigen::Index mode_count() const { return static_cast<Eigen::Index>(modes.size()); }

  /// X(q) in Å; `amplitudes` holds K values in Å.
  Eigen::Matrix3Xd deformed(const Eigen::VectorXd& amplitudes) const;
};

/// The usual size of a large motion, 4.9 Å RMSD as an amplitude: 4.9·√N Å.
double default_amplitude(Eigen::Index atom_count);

}  // namespace elastem
