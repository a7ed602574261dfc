#pragma once

#include <array>

#include <Eigen/Core>

#include "imaging/particle.hpp"

namespace elastem {

/// What one image says of the amplitudes.
struct AmplitudeEstimate {
  Eigen::VectorXd amplitudes;  ///< K, Å
  Eigen::MatrixXd covariance;  ///< K square, Å²
};

/// How the amplitudes of a data set are distributed (an empirical prior): a mixture of
///   points m_s of weights w_s, each a normal distribution of covariance h²·C̄ for every width h of `widths`,
///   of the shares v_h, C̄ the typical covariance of an estimate; one broad normal distribution; a background,
///   far wider still, which takes the estimates that nothing else explains.
/// An estimate q of covariance Σ lies about the truth with density t_ν (`tail`) of scale Σ, and for a part of
/// covariance H of scale Σ + H: wrong fits are more frequent than a normal distribution has it.
struct AmplitudePrior {
  /// In units of an estimate's error. The finest is not zero: a point is where an estimate of a handful was.
  static constexpr std::array<double, 4> widths = {0.15, 0.5, 1.5, 4};
  static constexpr int tail = 4;  ///< ν, degrees of freedom

  Eigen::MatrixXd points;                         ///< K×M, Å; M may be 0
  Eigen::VectorXd weights;                        ///< M, sum 1
  Eigen::Vector4d width_shares;                   ///< v_h, sum 1
  Eigen::MatrixXd error;                          ///< C̄, K square
  Eigen::VectorXd mean;                           ///< K, of the normal distribution and of the background
  Eigen::MatrixXd covariance;                     ///< K square, of the normal distribution
  Eigen::MatrixXd background;                     ///< K square
  double normal_share = 0, background_share = 0;  ///< the points have the rest

  Eigen::Index modes() const { return mean.size(); }
};

/// A particle before a prior: the sum over all parts of the mixture, and what follows from it.
class PriorEvidence {
 public:
  /// Holds products of the points' coordinates: M × (1 + K + K(K+1)/2) numbers.
  explicit PriorEvidence(const AmplitudePrior& prior);

  /// Weighs the parts of the prior by how well they explain an estimate; `left_out` is a point that takes no
  /// part (−1: none). The estimate is a usable one.
  void weigh(const AmplitudeEstimate& estimate, Eigen::Index left_out = -1);

  // Of the estimate weighed last.
  double log_likelihood() const { return log_likelihood_; }
  /// Posterior probabilities: of each point at each width (M × widths), of the normal distribution, of the
  /// background.
  const Eigen::MatrixX4d& points() const { return shares_; }
  double normal() const { return normal_.share; }
  double background() const { return background_.share; }
  /// Mean and covariance of the amplitudes.
  AmplitudeEstimate answer() const;
  Eigen::VectorXd answer_mean() const;

  /// What the normal distribution's update needs: E[τ] = (ν+K)/(ν+d²), d the Mahalanobis distance, τ the
  /// scale's latent precision; mean and covariance (for τ = 1) of the amplitudes if this part is the right
  /// one.
  struct NormalTerms {
    double precision;
    Eigen::VectorXd offset;  ///< of the mean from the part's mean
    Eigen::MatrixXd covariance;
  };
  NormalTerms normal_terms() const;

 private:
  // A normal part of the mixture: its gain A = H(Σ+H)⁻¹, and what it leaves, V = H − A·H.
  struct Part {
    double log_density = 0, distance = 0, share = 0;
    Eigen::MatrixXd precision, gain, left;
  };
  void prepare(Part& part, const Eigen::MatrixXd& width) const;
  void place(Part& part, const Eigen::MatrixXd& width);
  void fill_shares(Eigen::Index left_out, double highest);
  Eigen::VectorXd form(const Eigen::MatrixXd& precision) const;

  const AmplitudePrior* prior_;
  Eigen::MatrixXd products_;  // M × features of the points about the prior's mean
  AmplitudeEstimate estimate_;
  std::array<Part, 4> widths_;
  Part normal_, background_;
  Eigen::MatrixX4d shares_;
  double log_likelihood_ = 0;
};

/// A row of the image alone after the prior gave `answer` for its amplitudes: with the joint covariance C of
/// (q, pose) the pose moves by C_pq·C_qq⁻¹·(q_new − q), rotations as a left increment, and
///   C' = C + C_:q·C_qq⁻¹·(S_new − C_qq)·C_qq⁻¹·C_q:
/// gives the standard errors. `row` has its fit's covariance; the fit is left as it is.
ParticleResult moved_by_prior(const ParticleResult& row, const AmplitudeEstimate& answer);

/// Whether an estimate can be weighed: finite, and its covariance positive definite.
bool usable(const AmplitudeEstimate& estimate);

/// The amplitudes of the image alone, with their block of the fit's covariance.
AmplitudeEstimate amplitudes_alone(const FitDetails& fit);

}  // namespace elastem
