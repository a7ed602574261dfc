#pragma once

#include <cstdint>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "imaging/fft.hpp"
#include "imaging/image.hpp"
#include "imaging/particle.hpp"
#include "imaging/projection.hpp"
#include "synthesis/image_filters.hpp"
#include "synthesis/recipe.hpp"

namespace elastem {

/// Makes the images of a data set: the projection with its CTF; Gaussian noise, white or of a given spectrum,
/// at the wanted SNR (variance of the noise-free image with its CTF over the whole image / variance of the
/// noise, for each image by itself); a correction of the CTF; the scale of the grey values. Image `index` is
/// a pure function of (model, recipe, index), whatever was made before. Owns scratch memory and FFT plans:
/// one per thread.
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
  /// as score, and the Cramér–Rao standard errors at the truth (0 without noise, or when the recipe asks for
  /// none).
  ParticleResult make(std::uint64_t index, Image& pixels);

 private:
  void project(const Conformer& conformer, Image& pixels);
  void use_ctf(const Ctf& ctf);
  double add_white_noise(std::uint64_t index, Image& pixels);
  double add_shaped_noise(std::uint64_t index, Image& pixels);
  void add_noise_terms(Stream stream, std::uint64_t index, double deviation,
                       const std::vector<float>& filter);
  double expose(std::uint64_t index, Image& pixels);
  void scale_grey_values(Image& pixels) const;
  Eigen::VectorXd bounds(const Conformer& conformer, double noise_variance);

  const ElasticModel* model_;
  Recipe recipe_;
  bool shapes_noise_;
  Projector<float> projector_;
  Fft2<float> fft_;
  Image background_;  ///< 1 where the grey values are normalised; empty: everywhere
  Ctf ctf_;           ///< whose filters are at hand
  NoiseShape shape_;
  ImageFilters filters_;
  Image clean_, noise_, projection_;
  Spectrum spectrum_, noise_spectrum_;
  std::vector<Image> derivatives_;
};

}  // namespace elastem
