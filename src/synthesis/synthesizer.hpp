#pragma once

#include <cstdint>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "imaging/fft.hpp"
#include "imaging/image.hpp"
#include "imaging/particle.hpp"
#include "imaging/projection.hpp"
#include "synthesis/recipe.hpp"

namespace elastem {

/// Makes the images of a data set: CTF applied to the projection, white Gaussian noise at the wanted SNR
/// (variance of the noise-free, CTF-applied image over the whole image / variance of the noise, for each
/// image by itself), then mean 0 and variance 1 over the whole image. Image `index` is a pure function of
/// (model, recipe, index), whatever was made before. Owns scratch memory and FFT plans: one a thread.
class Synthesizer {
 public:
  /// `model` must outlive the synthesizer. Throws Error for a recipe that cannot be made.
  Synthesizer(const ElasticModel& model, const Recipe& recipe);

  const Recipe& recipe() const { return recipe_; }

  /// The image of particle `index`.
  Image image(std::uint64_t index) {
    return image(draw_conformer(recipe_, model_->mode_count(), index), index);
  }
  /// The image of any conformer, with the noise of particle `index`.
  Image image(const Conformer& conformer, std::uint64_t index);

  /// The image and its row of truth: amplitudes, pose, the correlation of the noise-free with the noisy image
  /// as score, and the Cramér–Rao standard errors at the truth (0 without noise).
  ParticleResult make(std::uint64_t index, Image& pixels);

 private:
  struct Variances {
    double white = 0;     ///< of the noise added after the CTF, a pixel
    double coloured = 0;  ///< of the noise added before the CTF, a pixel, before the CTF is applied
  };
  void clean_image(const Conformer& conformer);
  Variances add_noise(std::uint64_t index, Image& pixels);
  void filter(Image& pixels, const std::vector<float>& transfer);
  const std::vector<float>& transfer_of(const Ctf& ctf);

  const ElasticModel* model_;
  Recipe recipe_;
  Projector<float> projector_;
  Projector<double> exact_projector_;
  Fft2<float> fft_;
  Fft2<double> exact_fft_;
  Image clean_, coloured_;
  Spectrum spectrum_;
  Ctf transfer_ctf_;
  std::vector<float> transfer_;
};

/// Shifts pixel values to mean 0 and scales them to variance 1 over the whole image; throws Error when they
/// are all equal.
void normalise(Image& pixels);

}  // namespace elastem
