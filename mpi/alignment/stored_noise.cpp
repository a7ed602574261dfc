#include "mpi/alignment/stored_noise.hpp"

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {
namespace {

std::string noise_name(std::size_t grid) {
  return grid == 0 ? "noise_spectrum" : fmt::format("noise_spectrum_{}", grid + 1);
}

}  // namespace

std::vector<StoredVector> stored_noise(const ParticleSet& set, const PerGrid<NoiseSpectrum>& noise) {
  std::vector<StoredVector> vectors;
  for (std::size_t g = 0; g < noise.size(); ++g) {
    if (!noise[g]) continue;
    vectors.push_back(
        {noise_name(g), *noise[g], "1",
         fmt::format("E|N|² of an image's unnormalised transform, one value per shell 0 … S/2; images of {}² "
                     "pixels of {:.6g} Å",
                     set.grids[g].size, set.grids[g].pixel_size)});
  }
  return vectors;
}

PerGrid<NoiseSpectrum> load_noise(const ResultTable& table, const std::string& path,
                                  const std::vector<bool>& used) {
  PerGrid<NoiseSpectrum> noise(used.size());
  for (std::size_t g = 0; g < noise.size(); ++g) {
    if (!used[g]) continue;
    noise[g] = table.load_vector(noise_name(g));
    if (noise[g]->empty())
      throw Error(
          fmt::format("{} holds no /fit/{}, without which the run cannot be resumed; start anew with "
                      "--overwrite",
                      path, noise_name(g)));
  }
  return noise;
}

}  // namespace elastem
