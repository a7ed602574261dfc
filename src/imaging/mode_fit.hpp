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
/// factored once. Looks at the model, which must live as long.
class ModeFitter {
 public:
  explicit ModeFitter(const ElasticModel& model);

  const ElasticModel& model() const { return *model_; }

  /// The amplitudes that come nearest to `atoms` (Å, as those of the model and superposed on them):
  /// q = argmin |x − X⁰ − Σ_k q_k A_k|² = (AᵀA)⁻¹Aᵀ(x − X⁰), the projection on the modes where these are
  /// orthonormal, and what is left over, √(min/N).
  ModeFit operator()(const Eigen::Matrix3Xd& atoms) const;

 private:
  const ElasticModel* model_;
  Eigen::LDLT<Eigen::MatrixXd> products_;  // AᵀA
};

/// The same for a single conformation.
ModeFit fit_modes(const ElasticModel& model, const Eigen::Matrix3Xd& atoms);

}  // namespace elastem
