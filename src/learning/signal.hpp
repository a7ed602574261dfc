#pragma once

#include <optional>
#include <span>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "imaging/noise_spectrum.hpp"
#include "imaging/rendering.hpp"
#include "learning/label.hpp"
#include "learning/network_input.hpp"

namespace elastem {

/// Signal of a particle as the network sees it: |CTF|·F[projection] on the input's half grid, drawn on the
/// coarsest grid that holds its detail (rendering). Owns plans and scratch memory: one per thread.
class SignalMaker {
 public:
  SignalMaker(const ElasticModel& model, ImageGrid grid, int input_size)
      : SignalMaker(model, grid, input_size, grid) {}
  /// `images`: of the particles that are compared with it, see InputMaker.
  SignalMaker(const ElasticModel& model, ImageGrid grid, int input_size, ImageGrid images);

  SignalMaker(const SignalMaker&) = delete;  // its projector points to its drawing
  SignalMaker& operator=(const SignalMaker&) = delete;

  InputMaker& input() { return input_; }
  int input_size() const { return input_.size(); }
  /// F[projection] on the input's half grid.
  void project(const Label& label, Spectrum& projected);
  /// |CTF|·F[projection].
  void draw(const Label& label, const Ctf& ctf, Spectrum& signal);
  /// The normalised cross-correlation of an image with the projection at a label, over the terms of the
  /// cropped spectrum but k = 0: what a prediction without refinement is scored by.
  double correlation(const Image& image, const Ctf& ctf, const Label& label);

 private:
  InputMaker input_;
  Rendering drawn_;
  Projector<float> projector_;
  Fft2<float> fft_;
  Image projection_;
  Spectrum spectrum_, signal_, particle_;
  ImageOf<float> magnitude_, sign_;
  std::optional<Ctf> ctf_;
};

/// Re Σ A·B* over the full grid but k = 0.
double inner_product(const Spectrum& a, const Spectrum& b);

/// Grey scale and noise of real images as the network sees them: sums over particles, which add up over
/// ranks. For each labelled particle the projection at its label is fitted to the image (set to variance 1)
/// by a = Σ Re(Y·M*)/Σ|M|² over the terms of the cropped spectrum but k = 0; what is left is noise.
class ImageStatistics {
 public:
  ImageStatistics(const ElasticModel& model, ImageGrid grid, int input_size);

  /// Adds a particle; one that does not correlate with its projection (a ≤ 0) is left out.
  void add(const Image& image, const Ctf& ctf, const Label& label);
  /// The raw sums, for a reduction over ranks: particles, Σa, residual power summed by shell.
  std::span<double> sums() { return sums_; }
  double count() const { return sums_[0]; }
  double grey_scale() const;    ///< mean a; needs count() > 0
  NoiseSpectrum noise() const;  ///< mean residual power by shell of an image's transform; needs count() > 0

 private:
  SignalMaker signal_;
  std::vector<int> shells_;
  std::vector<double> shell_terms_;  ///< terms of the full grid in each shell
  std::vector<double> sums_;
};

}  // namespace elastem
