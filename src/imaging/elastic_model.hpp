#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// A spherical Gaussian of density `weight` · N₃(r; 0, sigma²).
struct GaussianTerm {
  double weight = 1;   ///< its integral
  double sigma = 1.5;  ///< Å
};

/// The density of an atom of weight 1, the sum of a few Gaussians.
using AtomKind = std::vector<GaussianTerm>;

/// What an image is made of: N atoms that move along K modes, X(q) = X⁰ + Σ_k q_k A_k, each of density
/// w_a · Σ_i c_i N₃(r; x_a, σ_i²), the terms i those of its kind.
struct ElasticModel {
  Eigen::Matrix3Xd positions;           ///< X⁰ in Å, centred on the centre of mass
  std::vector<Eigen::Matrix3Xd> modes;  ///< A_k, each of unit norm over its 3N entries
  std::vector<int> mode_numbers;        ///< 7, 8, …: one a mode
  Eigen::VectorXd weights;              ///< w_a: electrons, or 1 of scattering factors
  std::vector<AtomKind> kinds = {{GaussianTerm{}}};
  std::vector<int> kind_of;  ///< the kind of each atom; empty: all are of the first

  Eigen::Index atom_count() const { return positions.cols(); }
  Eigen::Index mode_count() const { return static_cast<Eigen::Index>(modes.size()); }

  /// X(q) in Å; `amplitudes` holds K values in Å.
  Eigen::Matrix3Xd deformed(const Eigen::VectorXd& amplitudes) const;

  const AtomKind& kind(Eigen::Index atom) const {
    return kinds[kind_of.empty() ? 0 : static_cast<std::size_t>(kind_of[static_cast<std::size_t>(atom)])];
  }
  /// The largest σ of all kinds, Å.
  double widest_sigma() const;
};

/// The usual size of a large motion, 4.9 Å RMSD as an amplitude: 4.9·√N Å.
double default_amplitude(Eigen::Index atom_count);

}  // namespace elastem
