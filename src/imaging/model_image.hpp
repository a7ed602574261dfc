#pragma once

#include <vector>

#include "imaging/fft.hpp"
#include "imaging/particle.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// What a model says that particles look like, as half grids. Owns scratch memory: one per thread.
class ModelImage {
 public:
  /// `model` must outlive it. Throws Error as Projector does.
  ModelImage(const ElasticModel& model, ImageGrid grid);

  /// The projection at a result's amplitudes, orientation and shift, times the CTF on the half grid. Valid
  /// until the next one.
  const Spectrum& of(const ParticleResult& result, const std::vector<float>& transfer);

 private:
  Projector<float> projector_;
  Fft2<float> fft_;
  Image image_;
  Spectrum spectrum_;
};

/// Takes the model's image off a particle's, scaled by a = Σ Re(M*·Y)/Σ|M|² over all terms with 0 < |k| ≤
/// `max_radius` (cells of the grid): what the images hold that the model does not.
void subtract_model(const Spectrum& model, double max_radius, Spectrum& spectrum);

}  // namespace elastem
