#pragma once

#include <cstddef>
#include <vector>

#include "imaging/model_image.hpp"
#include "mpi/particles/particle_set.hpp"

namespace elastem {

/// The images of a set one by one as half grids, with their CTF. Any rank; one per thread.
class ParticleSpectra {
 public:
  /// `subtracted`: the model whose image is taken off each (subtract_model), up to `max_radius` in cells of
  /// the set's first grid; null: none.
  ParticleSpectra(const ParticleSet& set, const ElasticModel* subtracted, double max_radius);

  /// Reads a row of the particle file, whose defocus is the refined one where the result has it. False when
  /// the image cannot be used. Throws Error for a row that cannot be read.
  bool read(std::int64_t row, const ParticleResult& result);

  /// Of the row that was read last; `grid`: which of the set's it has.
  std::size_t grid() const { return grid_; }
  const Spectrum& spectrum() const { return spectrum_; }
  const std::vector<float>& transfer() const { return transfer_; }

 private:
  void take_transfer(const Ctf& ctf, std::size_t grid);

  const ParticleSet* set_;
  const ElasticModel* subtracted_;
  double max_radius_;
  ParticleStream stream_;
  PerGrid<Fft2<float>> ffts_;
  PerGrid<ModelImage> models_;
  std::size_t grid_ = 0;
  Spectrum spectrum_;
  Ctf last_ctf_;
  std::vector<float> transfer_;
};

}  // namespace elastem
