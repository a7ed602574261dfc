#include "mpi/reconstruction/particle_spectra.hpp"

#include "reconstruction/fourier_slab.hpp"

namespace elastem {

ParticleSpectra::ParticleSpectra(const ParticleSet& set, const ElasticModel* subtracted, double max_radius)
    : set_(&set),
      subtracted_(subtracted),
      max_radius_(max_radius),
      stream_(set),
      ffts_(set.grids.size()),
      models_(set.grids.size()) {}

bool ParticleSpectra::read(std::int64_t row, const ParticleResult& result) {
  const auto [particle, pixels, failure] = stream_.read(row);
  if (failure != FailureReason::none) return false;
  const std::size_t index = set_->grid_of(particle);
  const ImageGrid grid = set_->grids[index];
  take_transfer(refined_ctf(particle.ctf, result), index);
  if (!ffts_[index]) ffts_[index].emplace(grid.size);
  ffts_[index]->forward(pixels, spectrum_);
  if (subtracted_ == nullptr) return true;
  if (!models_[index]) models_[index].emplace(*subtracted_, grid);
  subtract_model(models_[index]->of(result, transfer_), max_radius_ / zoom_of(grid, set_->grid), spectrum_);
  return true;
}

// Neighbouring particles often share their optics and defocus.
void ParticleSpectra::take_transfer(const Ctf& ctf, std::size_t grid) {
  if (transfer_.empty() || !(ctf == last_ctf_) || grid != grid_)
    transfer_ = ctf_half_grid(ctf, set_->grids[grid].size, set_->grids[grid].pixel_size);
  last_ctf_ = ctf;
  grid_ = grid;
}

}  // namespace elastem
