#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "imaging/elastic_model.hpp"

namespace elastem {

/// What modes tell of a displacement.
struct ModeFit {
  Eigen::VectorXd amplitudes;  ///< K, Å
  double rmsd = 0;             ///< Å, of what is left over
};

/// Fits the modes of a model, which need not be orthogonal, to one conformation after another: AᵀA is
/// factored once; where motion is curved, it is where the fit starts. Looks at the model, which must live as
/// long.
class ModeFitter {
 public:
  explicit ModeFitter(const ElasticModel& model);

  const ElasticModel& model() const { return *model_; }

  /// The amplitudes that come nearest to `atoms` (Å, as those of the model and superposed on them),
  /// q = argmin |x − X(q)|², and what is left over, √(min/N). Where motion is linear
  /// q = (AᵀA)⁻¹Aᵀ(x − X⁰), the projection on the modes where these are orthonormal; where it is curved,
  /// steps of Gauss and Newton go on from there, as long as they come nearer.
  ModeFit operator()(const Eigen::Matrix3Xd& atoms) const;
  /// The same, curved motion from amplitudes that are nearly right.
  ModeFit operator()(const Eigen::Matrix3Xd& atoms, const Eigen::VectorXd& start) const;

 private:
  Eigen::VectorXd projected(const Eigen::Matrix3Xd& atoms) const;
  ModeFit at(const Eigen::Matrix3Xd& atoms, const Eigen::VectorXd& amplitudes) const;

  const ElasticModel* model_;
  Eigen::LDLT<Eigen::MatrixXd> products_;  // AᵀA
};

/// The same for a single conformation.
ModeFit fit_modes(const ElasticModel& model, const Eigen::Matrix3Xd& atoms);

}  // namespace elastem
