#include "synthesis/image_filters.hpp"

#include <cmath>

#include "core/error.hpp"
#include "imaging/fft.hpp"
#include "imaging/noise_spectrum.hpp"

namespace elastem {

namespace {

// 1 within the band, 0 beyond: |k| in 1/Å against 1/resolution.
std::vector<float> band(const Recipe& recipe) {
  const int size = recipe.grid.size, columns = size / 2 + 1;
  std::vector<float> inside;
  inside.reserve(static_cast<std::size_t>(size * columns));
  const double limit =
      recipe.max_resolution > 0 ? size * recipe.grid.pixel_size / recipe.max_resolution : 2 * size;
  for (int row = 0; row < size; ++row) {
    const int ky = row <= size / 2 ? row : row - size;
    for (int kx = 0; kx < columns; ++kx) inside.push_back(std::hypot(kx, ky) <= limit ? 1.0F : 0.0F);
  }
  return inside;
}

void multiply(std::vector<float>& filter, const std::vector<float>& by) {
  for (std::size_t t = 0; t < filter.size(); ++t) filter[t] *= by[t];
}

void scale_to_mean_square_one(std::vector<float>& filter, int size) {
  const double power = mean_square(filter, size);
  if (!(power > 0))
    throw Error("the noise has no power at any frequency of the image; check --noise-spectrum");
  const auto scale = static_cast<float>(1 / std::sqrt(power));
  for (float& value : filter) value *= scale;
}

}  // namespace

double mean_square(const std::vector<float>& filter, int size) {
  const int columns = size / 2 + 1;
  double sum = 0;
  for (std::size_t t = 1; t < filter.size(); ++t) {
    const int kx = static_cast<int>(t % static_cast<std::size_t>(columns));
    sum += column_multiplicity(kx, size) * static_cast<double>(filter[t]) * static_cast<double>(filter[t]);
  }
  return sum / (static_cast<double>(size) * size - 1);
}

bool shapes_noise(const Recipe& recipe) {
  return !recipe.noise.empty() || recipe.max_resolution > 0 || recipe.noise_before_ctf > 0 ||
         recipe.ctf.correction != CtfCorrection::none;
}

NoiseShape noise_shape(const Recipe& recipe) {
  NoiseShape shape;
  shape.band = shape.root = band(recipe);
  if (!recipe.noise.empty()) {
    std::size_t t = 0;
    for (const double power : noise_on_half_grid(recipe.noise, recipe.grid.size))
      shape.root[t++] *= static_cast<float>(std::sqrt(power));
  }
  shape.after = shape.root;
  scale_to_mean_square_one(shape.after, recipe.grid.size);
  return shape;
}

ImageFilters image_filters(const Recipe& recipe, const NoiseShape& shape, const Ctf& ctf) {
  const ImageGrid grid = recipe.grid;
  Ctf bare = ctf;
  bare.correction = CtfCorrection::none;
  ImageFilters filters;
  filters.signal = ctf_half_grid(bare, grid.size, grid.pixel_size);
  if (recipe.noise_before_ctf > 0) {
    filters.before = shape.root;
    multiply(filters.before, filters.signal);
    scale_to_mean_square_one(filters.before, grid.size);
  }
  multiply(filters.signal, shape.band);
  if (ctf.correction != CtfCorrection::none)
    filters.correction = correction_half_grid(ctf, grid.size, grid.pixel_size);
  return filters;
}

}  // namespace elastem
