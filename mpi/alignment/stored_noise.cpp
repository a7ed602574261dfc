#include "mpi/alignment/stored_noise.hpp"

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {
namespace {

std::string name_of_grid(const std::string& name, std::size_t grid) {
  return grid == 0 ? name : fmt::format("{}_{}", name, grid + 1);
}

std::string noise_name(std::size_t grid) {
  return name_of_grid("noise_spectrum", grid);
}
std::string misfit_name(std::size_t grid) {
  return name_of_grid("misfit", grid);
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

std::vector<StoredVector> stored_misfits(const PerGrid<Misfit>& misfits) {
  std::vector<StoredVector> vectors;
  for (std::size_t g = 0; g < misfits.size(); ++g) {
    if (!misfits[g]) continue;
    StoredVector& vector = vectors.emplace_back();
    vector = {misfit_name(g),
              {misfits[g]->box, misfits[g]->share},
              "Å, then 1",
              "the side of a box, the misfit's share of the errors' variances, then by which factor the "
              "noise counts "
              "more under the particle, one value per shell of that box"};
    vector.values.insert(vector.values.end(), misfits[g]->factor.begin(), misfits[g]->factor.end());
  }
  return vectors;
}

PerGrid<Misfit> load_misfits(const ResultTable& table, const std::vector<bool>& used) {
  PerGrid<Misfit> misfits(used.size());
  for (std::size_t g = 0; g < used.size(); ++g) {
    if (!used[g]) continue;
    const std::vector<double> values = table.load_vector(misfit_name(g));
    if (values.size() > 2) misfits[g] = Misfit{values[0], {values.begin() + 2, values.end()}, values[1]};
  }
  return misfits;
}

double load_misfit_share(const ResultTable& table) {
  double sum = 0, grids = 0;
  const std::size_t all_grids = table.load_vector("pixel_size").size();
  for (const auto& misfit : load_misfits(table, std::vector<bool>(all_grids, true))) {
    if (!misfit) continue;
    sum += misfit->share;
    grids += 1;
  }
  return grids > 0 ? sum / grids : 0;
}

}  // namespace elastem
