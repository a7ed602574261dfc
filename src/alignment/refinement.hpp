#pragma once

#include <vector>

#include <Eigen/Core>

#include "imaging/elastic_model.hpp"
#include "imaging/fft.hpp"
#include "imaging/noise_spectrum.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// Where the model stands in one image: a point of the K+5 parameters.
struct Placement {
  Eigen::VectorXd amplitudes;                              ///< K, Å
  Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();  ///< R of r' = R·r
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();         ///< Å
};

/// The placement after a step in (amplitudes, rotation increment in radians, shift).
Placement moved(const Placement& from, const Eigen::VectorXd& step);

/// What a fit found. `information` is the Fisher matrix of (amplitudes, rotations in radians, shifts in Å)
/// with the grey scale marginalised, for the noise power that was given.
struct Fit {
  Placement placement;
  double chi2 = 0;  ///< Σ_k |Y − a·CTF·F[proj]|²/E|N|² over the full grid's terms in the band, k = 0 left out
  double objective = 0;    ///< chi2 + Σ_k q_k²/σ_k²: what is minimised
  double grey_scale = 0;   ///< a; a fit with a ≤ 0 is no fit
  double correlation = 0;  ///< whitened, normalised cross-correlation
  int terms = 0;           ///< terms of the full grid in the band: the expectation of χ² at the truth
  int iterations = 0;
  Eigen::MatrixXd information;
};

/// Levenberg–Marquardt for one particle at a time: minimises
///   χ²(θ) = Σ_k w(k)·|Y(k) − a·CTF(k)·F[proj θ](k)|² + Σ_k q_k²/σ_k²
/// over amplitudes, left rotation increments and shift with closed-form derivatives; the grey scale a is
/// solved in closed form at every point (variable projection, Kaufman 1975), w = 1/E|N|². Owns scratch
/// memory: one a thread.
class Refiner {
 public:
  /// `prior_sd`: σ_k of every amplitude in Å.
  Refiner(const ElasticModel& model, ImageGrid grid, double prior_sd);

  /// The particle that the next fits are for: its transform, CTF and noise power on the half grid.
  void observe(const Spectrum& spectrum, const std::vector<float>& transfer,
               const std::vector<double>& noise_power);

  /// Fits from `start` with the terms up to `resolution` (Å; 0: all) until a step promises less than a
  /// thousandth of a unit of χ², or for `max_iterations` evaluations.
  Fit refine(const Placement& start, double resolution, int max_iterations);

  /// The objective at a point, with the terms of the last fit: χ² with the grey scale solved, plus the prior.
  double objective(const Placement& at);
  double prior_sd() const { return prior_sd_; }

 private:
  void choose_band(double resolution);
  /// F[image], whitened, in the band, into a column.
  void transform(const Image& image, Eigen::Index column);
  /// Gram matrix of (derivatives, image, data) in the whitened band.
  Eigen::MatrixXd gram(const Placement& at);
  /// The fit at a point and −½ the gradient of the objective there.
  Fit fit_at(const Placement& at, Eigen::VectorXd& gradient);

  ImageGrid grid_;
  double prior_sd_;
  Projector<float> projector_;
  Fft2<float> fft_;
  std::vector<double> squared_frequency_;  ///< of every half-grid term, 1/Å²
  // The present particle, whitened: factors √(multiplicity/E|N|²) times CTF, and times Y.
  std::vector<float> factor_;
  Spectrum data_;
  // The terms in the band of the present fit.
  double band_resolution_ = -1;
  std::vector<int> band_;
  int band_terms_ = 0;       ///< of the full grid
  Eigen::MatrixXf columns_;  ///< a column each derivative, image, data; rows real and imaginary parts
  Image image_;
  std::vector<Image> derivatives_;
  Spectrum spectrum_;
};

}  // namespace elastem
