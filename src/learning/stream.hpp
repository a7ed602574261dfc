#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "learning/label.hpp"
#include "learning/signal.hpp"
#include "synthesis/image_filters.hpp"
#include "synthesis/recipe.hpp"

namespace elastem {

/// An endless stream of synthetic network inputs with their labels, never stored. Image number i is a
/// function of (content, seed, i) alone.
class SyntheticStream {
 public:
  SyntheticStream() = default;
  SyntheticStream(const SyntheticStream&) = delete;
  SyntheticStream& operator=(const SyntheticStream&) = delete;
  virtual ~SyntheticStream() = default;

  virtual void draw(std::uint64_t index, Image& input, Label& label) = 0;
};

/// What images like a labelled data set's are drawn from.
struct StreamModel {
  std::vector<Label> labels;  ///< amplitudes and shifts are drawn from these…
  LabelScaling scaling;       ///< …and widened by a normal deviate of `widening` standard deviations
  double widening = 0.2;
  std::vector<Ctf> optics;  ///< a CTF is drawn from these
  double grey_scale = 1;    ///< of the signal
  NoiseSpectrum noise;      ///< by shell of an image's transform
};

/// Images like those of a labelled data set: amplitudes and shift near those of a label drawn at random (a
/// smoothed bootstrap), orientation uniform on the rotations, CTF of a particle drawn at random, noise of the
/// measured spectrum.
class LabelStream : public SyntheticStream {
 public:
  LabelStream(const ElasticModel& model, ImageGrid grid, int input_size, StreamModel content,
              std::uint64_t seed);
  void draw(std::uint64_t index, Image& input, Label& label) override;

 private:
  SignalMaker signal_;
  StreamModel content_;
  std::uint64_t seed_;
  std::vector<float> noise_amplitude_;  ///< √(noise power/S'²) on the half grid
  Fft2<float> fft_;
  Image white_;
  Spectrum spectrum_, noise_spectrum_;
};

/// Images of a recipe: what Synthesizer makes of it, as the network sees it, of which all is drawn within the
/// input's band alone. The noise is scaled by the variance of the signal in the band and the mean ratio of
/// the whole image's to it, measured on 64 images.
class RecipeStream : public SyntheticStream {
 public:
  /// The recipe's seed is replaced by one that follows from `seed` and is no other command's.
  RecipeStream(const ElasticModel& model, Recipe recipe, int input_size, std::uint64_t seed);
  void draw(std::uint64_t index, Image& input, Label& label) override;

 private:
  /// The filters of a CTF on the input's half grid.
  struct Filters {
    std::vector<float> signal;      ///< its absolute value: signs are flipped in inputs
    std::vector<float> noise;       ///< √ of the noise's power, of mean square 1 over the image's grid
    std::vector<float> correction;  ///< of the CTF, its absolute value; empty: 1
  };
  Filters cropped_filters(const Ctf& ctf) const;
  /// The signal in the band, before a correction of the CTF, in spectrum_.
  void draw_signal(const Conformer& conformer);
  double measured_ratio();

  const ElasticModel* model_;
  Recipe recipe_;
  NoiseShape shape_;
  SignalMaker signal_;
  Fft2<float> fft_;
  Filters filters_;
  std::optional<Ctf> ctf_;
  double whole_to_band_ = 1;  ///< ratio of variances
  Image white_;
  Spectrum spectrum_, noise_spectrum_;
};

/// The label of a conformer.
Label label_of(const Conformer& conformer);

}  // namespace elastem
