#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "imaging/noise_spectrum.hpp"
#include "imaging/projection.hpp"
#include "learning/label.hpp"
#include "learning/network_input.hpp"

namespace elastem {

/// Grey scale and noise of real images as the network sees them: sums over particles, which add up over
/// ranks. For each labelled particle the projection at its label is fitted to the image (set to variance 1)
/// by a = Σ Re(Y·M*)/Σ|M|² over the terms of the cropped spectrum but k = 0; what is left is noise.
class ImageStatistics {
 public:
  ImageStatistics(const ElasticModel& model, ImageGrid grid);

  /// Adds a particle; one that does not correlate with its projection (a ≤ 0) is left out.
  void add(const Image& image, const Ctf& ctf, const Label& label);
  /// The raw sums, for a reduction over ranks: particles, Σa, residual power summed by shell.
  std::span<double> sums() { return sums_; }
  double count() const { return sums_[0]; }
  double grey_scale() const;    ///< mean a; needs count() > 0
  NoiseSpectrum noise() const;  ///< mean residual power by shell of the 32² transform; needs count() > 0

 private:
  Projector<float> projector_;
  InputMaker input_;
  std::vector<int> shells_;
  std::vector<double> shell_terms_;  ///< terms of the full grid in each shell
  std::vector<double> sums_;
};

/// Signal of a labelled particle on the network's half grid: |CTF|·F[projection], cropped.
void signal_spectrum(Projector<float>& projector, InputMaker& input, const Label& label, const Ctf& ctf,
                     Image& projection, Spectrum& spectrum);

/// The normalised cross-correlation of an image with the projection at a label, over the terms of the cropped
/// spectrum but k = 0: what a prediction without refinement is scored by.
double correlation(Projector<float>& projector, InputMaker& input, const Image& image, const Ctf& ctf,
                   const Label& label);

/// What synthetic images are drawn from.
struct StreamModel {
  std::vector<Label> labels;  ///< amplitudes and shifts are drawn from these…
  LabelScaling scaling;       ///< …and widened by a normal deviate of `widening` standard deviations
  double widening = 0.2;
  std::vector<Ctf> optics;  ///< a CTF is drawn from these
  double grey_scale = 1;    ///< of the signal
  NoiseSpectrum noise;      ///< by shell of the 32² transform
};

/// An endless stream of synthetic network inputs with their labels: amplitudes and shift near those of a
/// label drawn at random (a smoothed bootstrap), orientation uniform on the rotations, CTF of a particle
/// drawn at random, noise of the measured spectrum. Image number i is a function of (seed, i) alone.
class SyntheticStream {
 public:
  SyntheticStream(const ElasticModel& model, ImageGrid grid, StreamModel content, std::uint64_t seed);
  void draw(std::uint64_t index, Image& input, Label& label);

 private:
  Projector<float> projector_;
  InputMaker input_;
  StreamModel content_;
  std::uint64_t seed_;
  std::vector<float> noise_amplitude_;  ///< √(noise power/32²) on the half grid
  Fft2<float> fft_;
  Image projection_, white_;
  Spectrum spectrum_, noise_spectrum_;
};

}  // namespace elastem
