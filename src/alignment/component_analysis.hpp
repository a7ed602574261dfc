#pragma once

#include <functional>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "alignment/lineariser.hpp"

namespace elastem {

/// Where a molecule is and how it moves, in the n amplitudes of a model: c = mean + directions·√variances·z,
/// z of K independent standard normal values.
struct MotionComponents {
  Eigen::VectorXd mean;        ///< n, Å
  Eigen::MatrixXd directions;  ///< n×K, orthonormal columns, the largest variance first
  Eigen::VectorXd variances;   ///< K, Å²

  /// Of a mean and a matrix W of the covariance W·Wᵀ; components of less than a fiftieth of the widest's
  /// standard deviation are left out.
  static MotionComponents of(const Eigen::VectorXd& mean, const Eigen::MatrixXd& root);
  /// directions·√variances.
  Eigen::MatrixXd root() const { return directions * variances.cwiseSqrt().asDiagonal(); }
};

/// The components from many images together (factor analysis by expectation–maximisation; Ghahramani & Hinton
/// 1996, with each image's own information in place of a common noise). An image of a moving molecule says
/// little of stiff modes, a thousand say much of how they go along with the soft ones. The images' poses are
/// held at what follows from c.
///
/// With z_i of image i of the posterior A⁻¹ = (1 + WᵀH_iW)⁻¹ and the mean A⁻¹Wᵀ(b_i − H_iμ), (μ, W) solve
///   Σ_i H_i (μ, W) E[z̃z̃ᵀ] + Λ(μ, W) = Σ_i b_i E[z̃ᵀ],  z̃ = (1, z),
/// Λ = diag(1/σ²): the prior of the amplitudes keeps down what the images do not show.
class ComponentAnalysis {
 public:
  /// σ²: `prior_variances`, n, Å².
  ComponentAnalysis(MotionComponents start, Eigen::VectorXd prior_variances);

  const MotionComponents& components() const { return components_; }
  /// ln p(image) under the components but for a constant of the image.
  double log_likelihood(const Linearisation& image) const;

  /// What an iteration sums over the images.
  struct Sums {
    Eigen::MatrixXd left;   ///< n(K+1) square, lower blocks
    Eigen::MatrixXd right;  ///< n×(K+1)
  };
  Sums zero() const;
  void add(const Linearisation& image, Sums& sums) const;
  /// Ends an iteration with the sums over all images.
  void maximise(const Sums& sums);

 private:
  struct Latent {
    Eigen::VectorXd mean;
    Eigen::MatrixXd covariance;
    double log_likelihood;
  };
  Latent latent(const Linearisation& image) const;

  MotionComponents components_;
  Eigen::MatrixXd root_;
  Eigen::VectorXd prior_precision_;
};

}  // namespace elastem
