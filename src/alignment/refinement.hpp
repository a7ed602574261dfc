#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

#include "alignment/elastic_prior.hpp"
#include "alignment/observation.hpp"
#include "alignment/placement.hpp"
#include "imaging/ctf.hpp"
#include "imaging/fft.hpp"
#include "imaging/projection.hpp"
#include "imaging/rendering.hpp"

namespace elastem {

/// What a fit found. `information` is the Fisher matrix of (amplitudes, rotations in radians, shifts in Å
/// [, defocus in Å]) with the grey scale marginalised, for the noise power that was given.
struct Fit {
  Placement placement;
  double chi2 = 0;  ///< Σ_k w·|Y − a·CTF·F[proj]|² over the full grid's terms in the band, k = 0 left out
  double objective = 0;    ///< chi2 and the priors' terms: what is minimised
  double grey_scale = 0;   ///< a; a fit with a ≤ 0 is no fit
  double correlation = 0;  ///< whitened, normalised cross-correlation
  double terms = 0;  ///< the expectation of χ² at the truth: terms of the full grid in the band, each over
                     ///< the misfit's factor
  Eigen::MatrixXd information;
  Eigen::VectorXd gradient;  ///< −½·∂objective/∂θ
  double damping = 1e-2;     ///< of the next step
  bool converged = false;
};

/// A fit of the defocus: the CTF as it was given, and how far off it may be (standard deviation, Å).
struct DefocusFit {
  Ctf ctf;
  double spread = 0;
};

/// Levenberg–Marquardt for one particle at a time: minimises
///   χ²(θ) = Σ_k w(k)·|Y(k) − a·CTF(k)·F[proj θ](k)|² + (q − μ)ᵀΣ⁻¹(q − μ) [+ Δf²/σ_f²]
/// over amplitudes, left rotation increments, shift and, if asked, a change Δf of both defoci, with
/// closed-form derivatives (of the CTF by Δf: central differences); the grey scale a is solved in closed form
/// at every point (variable projection, Kaufman 1975), w = 1/(E|N|²·misfit). Damping of the diagonal starts
/// at 10⁻², a step that helps divides it by five, one that does not multiplies it by eight. A step is cut to
/// 20°, 4 pixels and half of the prior's largest standard deviation. Owns scratch memory: one per thread.
class Refiner {
 public:
  /// `drawn` must outlive the refiner; the terms of its resolution are fitted. `prior`: of the K amplitudes.
  Refiner(const Rendering& drawn, const NormalPrior& prior);

  /// The particle that the next fits are for, on the rendering's grid.
  void observe(const Observation& particle, const std::optional<DefocusFit>& defocus = std::nullopt);

  /// The fit as it stands at a point, before any step.
  Fit start(const Placement& at);
  /// Goes on with a fit of this particle for `evaluations` more of the image and its derivatives, or until a
  /// step gains, or promises, less than `enough` of χ²: it then has converged.
  void improve(Fit& fit, int evaluations, double enough);

  /// The objective at a point: χ² with the grey scale solved, plus the priors' terms.
  double objective(const Placement& at);

  /// Fisher matrix and priors: the precision of the posterior's normal approximation for noise of this scale.
  Eigen::MatrixXd precision(const Fit& fit, double noise_scale) const;

 private:
  /// Terms of the half grid that are fitted and stand side by side.
  struct Run {
    int first = 0, count = 0;
  };

  Eigen::Index parameter_count() const { return projector_.parameter_count() + (defocus_ ? 1 : 0); }
  void use_defocus(double change);
  void whiten(const Spectrum& spectrum, const std::vector<float>& factor, Eigen::Index column);
  Eigen::MatrixXd gram(const Placement& at);
  double prior_terms(const Placement& at) const;
  Eigen::VectorXd step_of(const Fit& fit) const;

  const Rendering* drawn_;
  Eigen::VectorXd prior_mean_;
  Eigen::MatrixXd prior_precision_;
  double longest_step_;  ///< Å, of the amplitudes together
  Projector<float> projector_;
  Fft2<float> fft_;
  std::vector<Run> runs_;
  double band_terms_ = 0;  ///< see Fit::terms
  std::optional<DefocusFit> defocus_;
  double present_defocus_ = 0;
  std::vector<float> whitening_;   ///< √(multiplicity/E|N|²)·deblurring
  std::vector<float> factor_;      ///< whitening·CTF
  std::vector<float> by_defocus_;  ///< its derivative by the defocus
  Eigen::MatrixXf columns_;        ///< terms (re, im) × (parameters, image, data), whitened
  Image image_;
  std::vector<Image> derivatives_;
  Spectrum spectrum_;
};

}  // namespace elastem
