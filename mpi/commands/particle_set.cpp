#include "mpi/commands/particle_set.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/error.hpp"
#include "mpi/commands/particle_check.hpp"

namespace elastem {

namespace {

constexpr double background_radius = 0.45;  // box sides
constexpr std::int64_t noise_sample = 1024, noise_block = 16;
constexpr double noise_floor = 1e-3;

}  // namespace

ParticleFile open_particle_file(const Communicator& comm, const std::string& path, const std::string& datadir,
                                DefocusSign sign) {
  std::string index;
  collectively(comm, [&] {
    if (comm.root()) index = ParticleFile::scan(path).serialise();
  });
  comm.broadcast(index);
  std::optional<ParticleFile> file;
  collectively(comm, [&] { file.emplace(path, ParticleIndex::deserialise(index), datadir, sign); });
  return std::move(*file);
}

ParticleSet open_particles(const Communicator& comm, const std::string& path, const std::string& datadir,
                           DefocusSign sign, bool inverted) {
  ParticleFile file = open_particle_file(comm, path, datadir, sign);
  const ImageGrid grid = check_particles(comm, file);
  const bool has_poses = collectively_get(comm, [&] { return file.read(0, 1).front().has_pose; });
  return {path, datadir, std::move(file), grid, has_poses, inverted};
}

std::vector<std::string> particle_fingerprints(const Communicator& comm, const ParticleSet& set) {
  std::vector<std::string> fingerprints;
  collectively(comm, [&] {
    if (!comm.root()) return;
    const std::string stack = find_stack(set.file.read(0, 1).front().stack, set.path, set.datadir);
    fingerprints = {input_fingerprint("particles", set.path), input_fingerprint("stack", stack)};
  });
  comm.broadcast(fingerprints);
  return fingerprints;
}

ParticleStream::ParticleStream(const ParticleSet& set)
    : set_(&set), reader_(set.path, set.datadir, set.inverted) {}

const Particle& ParticleStream::read(std::int64_t i, Image& image, FailureReason& reason) {
  constexpr std::int64_t block_size = 256;
  if (i < first_ || i >= first_ + static_cast<std::int64_t>(block_.size())) {
    first_ = i / block_size * block_size;
    block_ = set_->file.read(first_, std::min(block_size, set_->size() - first_));
  }
  const Particle& particle = block_[static_cast<std::size_t>(i - first_)];
  reason = FailureReason::none;
  if (particle.size != set_->grid.size || particle.pixel_size != set_->grid.pixel_size) {
    reason = FailureReason::wrong_size;
  } else {
    image = reader_.read(particle, reason);
  }
  return particle;
}

NoiseSpectrum estimate_noise(const Communicator& comm, const ParticleSet& set, std::int64_t count) {
  const std::int64_t sample = std::min(count, noise_sample);
  const std::int64_t blocks = (sample + noise_block - 1) / noise_block;
  const auto shells = static_cast<std::size_t>(set.grid.size / 2 + 1);
  // A row a block: the sum of its spectra, then the number of images in it. Each row is one rank's, the
  // others add 0.
  std::vector<double> sums(static_cast<std::size_t>(blocks) * (shells + 1), 0.0);
  collectively(comm, [&] {
    ParticleStream stream(set);
    Fft2<float> fft(set.grid.size);
    Image image;
    FailureReason reason;
    for (std::int64_t block = comm.rank(); block < blocks; block += comm.size()) {
      double* row = sums.data() + static_cast<std::size_t>(block) * (shells + 1);
      for (std::int64_t i = block * noise_block; i < std::min(sample, (block + 1) * noise_block); ++i) {
        stream.read(i * count / sample, image, reason);
        if (reason != FailureReason::none) continue;
        const auto power = background_spectrum(image, background_radius * set.grid.size, fft);
        for (std::size_t s = 0; s < shells; ++s) row[s] += power[s];
        row[shells] += 1;
      }
    }
  });
  comm.sum(std::span<double>(sums));
  NoiseSpectrum noise(shells, 0.0);
  double images = 0;
  for (std::size_t block = 0; block < static_cast<std::size_t>(blocks); ++block) {
    for (std::size_t s = 0; s < shells; ++s) noise[s] += sums[block * (shells + 1) + s];
    images += sums[block * (shells + 1) + shells];
  }
  if (images == 0) {
    throw Error(set.path + ": none of " + std::to_string(sample) +
                " particles can be read as images; check the stack's path (--datadir) and its pixels");
  }
  for (double& power : noise) power /= images;
  const double mean = std::accumulate(noise.begin(), noise.end(), 0.0) / static_cast<double>(shells);
  for (double& power : noise) power = std::max(power, noise_floor * mean);
  return noise;
}

}  // namespace elastem
