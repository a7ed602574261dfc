#pragma once

#include <Eigen/Core>

namespace elastem {

/// b = (1 − cos θ)/θ² and c = (θ − sin θ)/θ³ with their derivatives over θ, b'/θ and c'/θ: entire functions
/// of θ². Element by element.
template <class Real>
struct TwistFactors {
  using Values = Eigen::Array<Real, Eigen::Dynamic, 1>;
  Values b, c, b_slope, c_slope;

  /// By their series in θ² where no angle is above π, to the rounding of Real; else by sine and cosine.
  void compute(const Values& squared_angles);
};

/// Atoms that move along twists, one per mode: with W = Σ_k q_k ω_k the turn of an atom's surroundings and
/// u = Σ_k q_k A_k its displacement, an atom goes from X⁰ to exp(Σ_k q_k ξ_k) X⁰ = X⁰ + J(W)·u with the
/// twists ξ_k = (ω_k, A_k − ω_k × X⁰), i.e. along a circle or a screw instead of a line (Hoffmann & Grudinin
/// 2017):
///   J(W) = 1 + b[W]× + c[W]×².
/// For all atoms at once, x, y and z of them each in one piece. Owns its scratch memory.
template <class Real>
class Twists {
 public:
  using Values = Eigen::Array<Real, Eigen::Dynamic, 1>;
  using Vectors = Eigen::Array<Real, Eigen::Dynamic, 3>;

  /// W and u, N × 3, in radians and Å; set them, then call `update`.
  Vectors turn, shift;
  void update();

  /// J(W)·u, N × 3.
  Vectors displacement() const;

  /// With ∂x/∂q_k = J(W)·A_k + M(W, u)·ω_k, M = ∂(J u)/∂W: the vectors such that for a constant r
  ///   r·∂x/∂q_k = along·A_k + about·ω_k   of every atom.
  struct Slopes {
    Vectors along, about;
  };
  void slopes(const Eigen::Matrix<Real, 3, 1>& r, Slopes& result) const;

 private:
  TwistFactors<Real> factors_;
  Vectors once_, twice_;  // W × u, W × (W × u)
};

}  // namespace elastem
