#include "mpi/alignment/noise_estimate.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace elastem {

namespace {

constexpr double background_radius = 0.45;  // box sides
/// Images without noise are fitted as if they had this share of their power: what rounding leaves of them.
constexpr double least_noise = 1e-6;
constexpr std::int64_t noise_sample = 1024, noise_block = 16;

}  // namespace

std::optional<NoiseSpectrum> background_noise(const Communicator& comm, const ParticleSet& set,
                                              std::int64_t count, std::size_t grid) {
  const std::vector<std::int64_t> rows = set.spread_rows(grid, count, noise_sample);
  const auto sample = static_cast<std::int64_t>(rows.size());
  const std::int64_t blocks = (sample + noise_block - 1) / noise_block;
  const int size = set.grids[grid].size;
  const auto shells = static_cast<std::size_t>(size / 2 + 1);
  // One row per block: the sum of its spectra, then of its images' power per term, and their number. Each row
  // is one rank's, the others add 0.
  const std::size_t width = shells + 2;
  std::vector<double> sums(static_cast<std::size_t>(blocks) * width, 0.0);
  collectively(comm, [&] {
    ParticleStream stream(set);
    Fft2<float> fft(size);
    for (std::int64_t block = comm.rank(); block < blocks; block += comm.size()) {
      double* row = sums.data() + static_cast<std::size_t>(block) * width;
      for (std::int64_t i = block * noise_block; i < std::min(sample, (block + 1) * noise_block); ++i) {
        const ParticleImage particle = stream.read(rows[static_cast<std::size_t>(i)]);
        if (particle.failure != FailureReason::none) continue;
        const Image& image = particle.pixels;
        const auto power = background_spectrum(image, background_radius * size, fft);
        for (std::size_t s = 0; s < shells; ++s) row[s] += power[s];
        row[shells] += static_cast<double>((image - image.mean()).square().sum());
        row[shells + 1] += 1;
      }
    }
  });
  comm.sum(sums);
  NoiseSpectrum noise(shells, 0.0);
  double images = 0, power_per_term = 0;
  for (std::size_t block = 0; block < static_cast<std::size_t>(blocks); ++block) {
    for (std::size_t s = 0; s < shells; ++s) noise[s] += sums[block * width + s];
    power_per_term += sums[block * width + shells];
    images += sums[block * width + shells + 1];
  }
  if (images == 0) return std::nullopt;
  for (double& power : noise) power = std::max(power, least_noise * power_per_term) / images;
  raise_to_floor(noise);
  return noise;
}

PerGrid<NoiseSpectrum> background_noises(const Communicator& comm, const ParticleSet& set,
                                         const std::vector<bool>& used, std::int64_t count) {
  PerGrid<NoiseSpectrum> noise(set.grids.size());
  bool readable = false;
  for (std::size_t g = 0; g < noise.size(); ++g) {
    if (!used[g]) continue;
    noise[g] = background_noise(comm, set, count, g);
    readable = readable || noise[g];
    if (!noise[g]) noise[g].emplace(static_cast<std::size_t>(set.grids[g].size / 2 + 1), 1.0);
  }
  if (readable) return noise;
  throw Error(set.path +
              ": none of its particles can be read as images; check the stack's path (--datadir) and its "
              "pixels");
}

std::vector<std::int64_t> residual_sample(const ParticleSet& set, std::int64_t count, std::size_t grid) {
  constexpr std::int64_t fewest = 16, most = 128;
  const auto n = static_cast<std::int64_t>(set.spread_rows(grid, count, count).size());
  return set.spread_rows(grid, count, std::clamp(n / 8, fewest, most));
}

std::vector<Residual> sample_residuals(
    const Communicator& comm, std::size_t shells, std::size_t particles,
    const std::function<std::optional<Residual>(std::size_t particle)>& residual_of) {
  constexpr std::array members = {&Residual::power, &Residual::freedom, &Residual::taken,
                                  &Residual::under, &Residual::overall, &Residual::window_freedom};
  const std::size_t width = 1 + members.size() * shells;
  // One row per particle: 1 if it has a residual, then its values. Each row is one rank's, the others add 0.
  std::vector<double> table(particles * width, 0.0);
  collectively(comm, [&] {
    for (auto i = static_cast<std::size_t>(comm.rank()); i < particles;
         i += static_cast<std::size_t>(comm.size())) {
      const auto residual = residual_of(i);
      if (!residual) continue;
      double* to = table.data() + i * width;
      *to++ = 1;
      for (const auto member : members) {
        require(((*residual).*member).size() == shells, "one value per shell");
        to = std::copy(((*residual).*member).begin(), ((*residual).*member).end(), to);
      }
    }
  });
  comm.sum(table);
  std::vector<Residual> residuals;
  for (std::size_t i = 0; i < particles; ++i) {
    const double* row = table.data() + i * width;
    if (*row++ == 0) continue;
    Residual& residual = residuals.emplace_back();
    for (const auto member : members) {
      (residual.*member).assign(row, row + shells);
      row += shells;
    }
  }
  return residuals;
}

}  // namespace elastem
