#pragma once

#include <cstddef>
#include <memory>
#include <utility>
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

/// A mode vector A_k, 3×N. Copies share its numbers, which stay where they are as long as one of them lives:
/// large models have many modes, and several processes may see the same ones.
class ModeVector {
 public:
  /// A copy of `values`.
  template <class Derived>
  ModeVector(const Eigen::MatrixBase<Derived>& values) {
    const auto own = std::make_shared<const Eigen::Matrix3Xd>(values.derived());
    atoms_ = own->cols();
    numbers_ = std::shared_ptr<const double>(own, own->data());
  }
  /// x1 y1 z1 x2 … of `atoms` atoms, which stand elsewhere.
  ModeVector(std::shared_ptr<const double> numbers, Eigen::Index atoms)
      : numbers_(std::move(numbers)), atoms_(atoms) {}

  Eigen::Map<const Eigen::Matrix3Xd> values() const {
    return Eigen::Map<const Eigen::Matrix3Xd>(numbers_.get(), 3, atoms_);
  }

 private:
  std::shared_ptr<const double> numbers_;
  Eigen::Index atoms_ = 0;
};

/// What an image is made of: N atoms that move along K modes, each of density w_a · Σ_i c_i N₃(r; x_a, σ_i²),
/// the terms i those of its kind. Linear motion is X(q) = X⁰ + Σ_k q_k A_k. Curved motion turns each atom
/// with its surroundings: X(q) = X⁰ + J(Σ_k q_k ω_k)·Σ_k q_k A_k (see Twists), the same to first order in q.
struct ElasticModel {
  Eigen::Matrix3Xd positions;         ///< X⁰ in Å, centred on the centre of mass
  std::vector<ModeVector> modes;      ///< A_k, each of unit norm over its 3N entries
  std::vector<ModeVector> rotations;  ///< ω_k of curved motion, radians per Å of amplitude; empty: linear
  std::vector<int> mode_numbers;      ///< 7, 8, …: one per mode
  Eigen::VectorXd eigenvalues;        ///< λ_k of the elastic network, in any unit; empty: not known
  Eigen::VectorXd weights;            ///< w_a: electrons, or 1 of scattering factors
  std::vector<AtomKind> kinds = {{GaussianTerm{}}};
  std::vector<int> kind_of;  ///< the kind of each atom; empty: all are of the first

  Eigen::Index atom_count() const { return positions.cols(); }
  Eigen::Index mode_count() const { return static_cast<Eigen::Index>(modes.size()); }

  bool curved() const { return !rotations.empty(); }

  /// X(q) in Å; `amplitudes` holds K values in Å.
  Eigen::Matrix3Xd deformed(const Eigen::VectorXd& amplitudes) const;
  /// ∂X/∂q of each mode at `amplitudes`, 3N×K: where motion is linear, the modes.
  Eigen::MatrixXd slopes(const Eigen::VectorXd& amplitudes) const;

  const AtomKind& kind(Eigen::Index atom) const {
    return kinds[kind_of.empty() ? 0 : static_cast<std::size_t>(kind_of[static_cast<std::size_t>(atom)])];
  }
  /// The largest σ of all kinds, Å.
  double widest_sigma() const;
};

/// The usual size of a large motion, 4.9 Å RMSD as an amplitude: 4.9·√N Å.
double default_amplitude(Eigen::Index atom_count);

}  // namespace elastem
