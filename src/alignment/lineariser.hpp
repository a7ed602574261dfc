#pragma once

#include <optional>

#include <Eigen/Core>

#include "alignment/aligner.hpp"
#include "alignment/refinement.hpp"
#include "imaging/ctf.hpp"
#include "imaging/fft.hpp"
#include "imaging/image.hpp"
#include "imaging/noise_spectrum.hpp"

namespace elastem {

/// What an image says of the n amplitudes c of a model near a point, up to a constant: ln p(image | c) =
/// offsetᵀc − ½ cᵀ·information·c, with orientation, position and grey scale (and defocus) following c.
struct Linearisation {
  Eigen::MatrixXd information;  ///< n square, Å⁻²
  Eigen::VectorXd offset;       ///< n, Å⁻¹
};

/// Makes linearisations, of models of many more modes than one image could determine. Owns scratch memory:
/// one a thread.
class Lineariser {
 public:
  /// `model` must outlive it. Of `options` misfit, resolution and defocus_spread count.
  Lineariser(const ElasticModel& model, ImageGrid grid, const NoiseSpectrum& noise,
             const AlignmentOptions& options);
  Lineariser(const Lineariser&) = delete;  // the refiner points into it
  Lineariser& operator=(const Lineariser&) = delete;

  /// About a placement of the model. None where the image speaks against the model there.
  std::optional<Linearisation> about(const Image& image, const Ctf& ctf, const Placement& at);

 private:
  ImageGrid grid_;
  double defocus_spread_;
  Rendering drawn_;
  Refiner refiner_;
  Observation particle_;
  Fft2<float> fft_;
};

}  // namespace elastem
