#include "mpi/alignment/particle_aligner.hpp"

#include <algorithm>

#include "imaging/soft_mask.hpp"
#include "particles/particle_key.hpp"

namespace elastem {

PerGrid<NodeLibrary> make_pose_libraries(const Communicator& comm, const ElasticModel& model,
                                         const ParticleSet& set, const std::vector<bool>& used,
                                         const cli::AlignOptions& o) {
  PerGrid<NodeLibrary> libraries(set.grids.size());
  for (std::size_t g = 0; g < libraries.size() && !o.local; ++g)
    if (used[g])
      libraries[g].emplace(comm, model, set.grids[g], search_options(model, set.grids[g], o.alignment));
  return libraries;
}

std::size_t bytes_of(const PerGrid<NodeLibrary>& libraries) {
  std::size_t bytes = 0;
  for (const auto& library : libraries) bytes += library ? (*library)->bytes() : 0;
  return bytes;
}

PreparedParticles::PreparedParticles(const ParticleSet& set, const PerGrid<NoiseSpectrum>& noise,
                                     const cli::AlignOptions& o)
    : set_(&set),
      noise_(&noise),
      mask_diameter_(o.mask_diameter),
      local_(o.local),
      stream_(set),
      transforms_(set.grids.size()),
      noise_power_(set.grids.size()) {
  for (std::size_t g = 0; g < set.grids.size() && mask_diameter_ > 0; ++g) {
    if (!noise[g]) continue;
    transforms_[g].emplace(set.grids[g].size);
    noise_power_[g] = noise_on_half_grid(*noise[g], set.grids[g].size);
  }
}

FailureReason PreparedParticles::read(std::int64_t i) {
  ParticleImage next = stream_.read(i);
  particle_ = &next.particle;
  image_ = std::move(next.pixels);
  if (next.failure != FailureReason::none) return next.failure;
  grid_ = set_->grid_of(*particle_);
  if (mask_diameter_ > 0) mask_out(i, local_ ? particle_->pose.shift : Eigen::Vector2d(0, 0));
  return FailureReason::none;
}

void PreparedParticles::mask_out(std::int64_t i, const Eigen::Vector2d& centre) {
  const ImageGrid grid = set_->grids[grid_];
  const double radius = mask_diameter_ / 2 / grid.pixel_size;
  core_ = soft_circle(grid.size, std::max(radius - mask_edge, radius / 2), centre / grid.pixel_size);
  mask_image(image_, soft_circle(grid.size, radius, centre / grid.pixel_size), *noise_power_[grid_],
             static_cast<std::uint64_t>(i), *transforms_[grid_]);
}

ParticleAligner::ParticleAligner(const ElasticModel& model, const ParticleSet& set,
                                 const PerGrid<NoiseSpectrum>& noise, const PerGrid<NodeLibrary>& libraries,
                                 const cli::AlignOptions& o, const PerGrid<Misfit>& misfits)
    : model_(&model),
      set_(&set),
      local_(o.local),
      reach_(local_reach * o.alignment.local_angle),
      particles_(set, noise, o),
      aligners_(set.grids.size()) {
  for (std::size_t g = 0; g < set.grids.size(); ++g) {
    if (!noise[g]) continue;
    AlignmentOptions options = o.alignment;
    if (g < misfits.size() && misfits[g]) options.misfit = *misfits[g];
    aligners_[g].emplace(model, set.grids[g], *noise[g], options, libraries[g] ? &**libraries[g] : nullptr);
  }
}

ParticleResult ParticleAligner::align(std::int64_t i) {
  const FailureReason failure = particles_.read(i);
  last_ = failure == FailureReason::none ? fitted() : failed_result(model_->mode_count(), failure);
  last_.image = particle_key(particles_.particle());
  return last_;
}

ParticleResult ParticleAligner::fitted() {
  Aligner& aligner = *aligners_[particles_.grid()];
  const Particle& particle = particles_.particle();
  if (!local_) return aligner.align(particles_.image(), particle.ctf);
  ParticleResult result = aligner.refine_near(particles_.image(), particle.ctf, particle.pose);
  const bool strayed =
      result.state == ParticleState::done &&
      rotation_distance(rotation_matrix(result.pose()), rotation_matrix(particle.pose)) > reach_;
  if (strayed) ++strayed_;
  return result;
}

std::optional<Residual> ParticleAligner::residual() {
  if (last_.state != ParticleState::done) return std::nullopt;
  const Placement found = {last_.amplitudes, rotation_matrix(last_.pose()), last_.shift};
  const Ctf ctf = refined_ctf(particles_.particle().ctf, last_);
  return residual_power(*model_, set_->grids[particles_.grid()], particles_.image(), ctf, particles_.noise(),
                        found, particles_.core());
}

Aligner::Times ParticleAligner::times() const {
  Aligner::Times sum;
  for (const auto& aligner : aligners_)
    if (aligner) sum += aligner->times();
  return sum;
}

}  // namespace elastem
