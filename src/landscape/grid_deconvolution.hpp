#pragma once

#include <Eigen/Core>

namespace elastem {

/// The distribution over the cells of a grid from which values with known errors come: nonparametric maximum
/// likelihood by expectation–maximisation,
///   w_b ← Σ_i n_i r_ib / Σ_i n_i,   r_ib = w_b·L_ib / (Σ_c w_c·L_ic + v·B_i),
/// where L_ib is the likelihood of entry i (a value, or a bin of values, n_i times) if the truth lies in cell
/// b, and B_i that of a wrong estimate, of which a share v is learnt, too, and left out of the answer. From
/// equal weights: each iteration sharpens, so that their number says how much of what is seen is believed.
class GridDeconvolution {
 public:
  /// `likelihoods`: entries × cells; `wrong`: one per entry.
  GridDeconvolution(Eigen::MatrixXf likelihoods, Eigen::VectorXf wrong);

  /// The fewest iterations with which each half of the entries is, within `within` of ln likelihood, most
  /// likely under what is learnt from the other half; `first` and `second` hold n_i of the halves. At
  /// least 1.
  int held_out_iterations(const Eigen::VectorXf& first, const Eigen::VectorXf& second,
                          double within = 2) const;
  /// The cells' weights after so many iterations, sum 1 without the wrong estimates.
  Eigen::VectorXf weights(const Eigen::VectorXf& counts, int iterations) const;

  Eigen::Index entries() const { return likelihoods_.rows(); }
  Eigen::Index cells() const { return likelihoods_.cols(); }

 private:
  struct State {
    Eigen::VectorXf weights;
    float wrong;
  };
  State start() const;
  void iterate(State& state, const Eigen::VectorXf& counts) const;
  double log_likelihood(const State& state, const Eigen::VectorXf& counts) const;
  Eigen::VectorXf mixed(const State& state) const;

  Eigen::MatrixXf likelihoods_;
  Eigen::VectorXf wrong_;
};

}  // namespace elastem
