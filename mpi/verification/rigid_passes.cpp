#include "mpi/verification/rigid_passes.hpp"

#include <algorithm>
#include <utility>

#include "particles/particle_key.hpp"

namespace elastem {
namespace {

constexpr std::int64_t most_for_grey = 256;

}  // namespace

SampledParticle SampleReader::read(std::int64_t i) {
  const SampledRow at = fit_->sample[static_cast<std::size_t>(i)];
  ParticleImage next = stream_.read(at.particle);
  SampledParticle read{std::move(next.pixels), next.failure, particle_key(next.particle),
                       next.particle.ctf,      {},           {}};
  const ParticleResult row = fit_->result.read(at.result, 1, ResultTable::Details::image_alone).front();
  if (read.failure != FailureReason::none || row.state != ParticleState::done || !row.fit) {
    if (read.failure == FailureReason::none) read.failure = FailureReason::not_converged;
    return read;
  }
  read.ctf = refined_ctf(read.ctf, row);
  read.pose = row.pose();
  read.amplitudes = row.fit->amplitudes;
  read.noise_factor = row.fit->chi2 > 0 ? row.fit->chi2 : 1;
  return read;
}

double grey_scale_of(const Communicator& comm, const VerificationFit& fit, const SourceMaker& source) {
  const auto total = static_cast<std::int64_t>(fit.sample.size());
  const std::int64_t count = std::min(total, most_for_grey);
  std::vector<double> sums(static_cast<std::size_t>(2 * count), 0.0);  // each entry is one rank's
  collectively(comm, [&] {
    SampleReader reader(fit);
    TwinImages images(source(), fit.set.grid, fit.noise, 0);
    for (std::int64_t i = comm.rank(); i < count; i += comm.size()) {
      const SampledParticle particle = reader.read(i * total / count);
      if (particle.failure != FailureReason::none) continue;
      const GreyFit one = images.fit(particle.pixels, particle.pose, particle.ctf);
      sums[static_cast<std::size_t>(2 * i)] = one.product / particle.noise_factor;
      sums[static_cast<std::size_t>(2 * i + 1)] = one.power / particle.noise_factor;
    }
  });
  comm.sum(sums);
  double product = 0, power = 0;
  for (std::size_t i = 0; i < sums.size(); i += 2) {
    product += sums[i];
    power += sums[i + 1];
  }
  return power > 0 ? std::max(product / power, 0.0) : 0.0;
}

PassSummary fit_sample(const Communicator& comm, const VerificationFit& fit, const std::optional<Twin>& twin,
                       ResultTable& table, bool show_progress) {
  SampleReader reader(fit);
  std::optional<Aligner> aligner;
  std::optional<TwinImages> images;
  collectively(comm, [&] {
    aligner.emplace(fit.model, fit.set.grid, fit.noise, fit.options, nullptr);
    if (twin) images.emplace(twin->source(), fit.set.grid, fit.noise, twin->seed);
  });
  const Eigen::Index modes = fit.model.mode_count();
  const auto result_of = [&](std::int64_t i) {
    SampledParticle particle = reader.read(i);
    ParticleResult result;
    if (particle.failure != FailureReason::none) {
      result = failed_result(modes, particle.failure);
    } else {
      const auto index = static_cast<std::uint64_t>(fit.sample[static_cast<std::size_t>(i)].particle);
      if (images)
        particle.pixels =
            images->image(index, particle.pose, particle.ctf, twin->grey, particle.noise_factor);
      Placement moved{Eigen::VectorXd::Zero(modes), rotation_matrix(particle.pose), particle.pose.shift};
      const Placement still = moved;
      moved.amplitudes.head(particle.amplitudes.size()) = particle.amplitudes;
      result = aligner->refine(particle.pixels, particle.ctf, std::array{moved, still}, -1);
    }
    result.image = particle.key;
    return result;
  };
  QueueOptions options;
  options.show_progress = show_progress;
  return run_pass(comm, table, options, {.result_of = result_of});
}

}  // namespace elastem
