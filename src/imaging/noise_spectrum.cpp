#include "imaging/noise_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "imaging/grey_scale.hpp"

namespace elastem {

namespace {

/// The shell of every term of the half grid, `last` for all beyond.
std::vector<int> shells_up_to(int last, int size) {
  const int columns = size / 2 + 1;
  std::vector<int> shells;
  shells.reserve(static_cast<std::size_t>(size * columns));
  for (int row = 0; row < size; ++row) {
    const int ky = row <= size / 2 ? row : row - size;
    for (int kx = 0; kx < columns; ++kx) {
      shells.push_back(std::min(static_cast<int>(std::lround(std::hypot(kx, ky))), last));
    }
  }
  return shells;
}

}  // namespace

std::vector<int> half_grid_shells(int size) {
  return shells_up_to(size / 2, size);
}

NoiseSpectrum background_spectrum(const Image& image, double radius, Fft2<float>& fft) {
  const int size = static_cast<int>(image.rows());
  const Image mask = outside_circle(size, radius);
  const double outside = mask.cast<double>().sum();
  require(outside > 1, "some pixels lie outside the circle");
  const double mean = (mask * image).cast<double>().sum() / outside;
  Spectrum spectrum;
  fft.forward(mask * (image - static_cast<float>(mean)), spectrum);

  const auto shells = half_grid_shells(size);
  const auto shell_count = static_cast<std::size_t>(size / 2 + 1);
  NoiseSpectrum power(shell_count, 0.0);
  std::vector<double> terms(shell_count, 0.0);
  for (std::size_t t = 0; t < shells.size(); ++t) {
    const int multiplicity = column_multiplicity(static_cast<int>(t) % (size / 2 + 1), size);
    const auto shell = static_cast<std::size_t>(shells[t]);
    power[shell] += multiplicity * static_cast<double>(std::norm(spectrum.data()[t]));
    terms[shell] += multiplicity;
  }
  const double scale = static_cast<double>(size) * size / outside;
  for (std::size_t r = 0; r < shell_count; ++r) power[r] *= scale / terms[r];
  if (shell_count > 1) power[0] = power[1];
  return power;
}

void raise_to_floor(NoiseSpectrum& noise) {
  constexpr double floor = 1e-3;
  const double mean = std::accumulate(noise.begin(), noise.end(), 0.0) / static_cast<double>(noise.size());
  for (double& power : noise) power = std::max(power, floor * mean);
}

std::vector<double> noise_on_half_grid(const NoiseSpectrum& spectrum, int size) {
  require(spectrum.size() >= static_cast<std::size_t>(size / 2 + 1), "one value per shell");
  std::vector<double> power;
  const int last = static_cast<int>(spectrum.size()) - 1;
  for (const int shell : shells_up_to(last, size)) power.push_back(spectrum[static_cast<std::size_t>(shell)]);
  return power;
}

std::vector<double> smooth_noise_on_half_grid(const NoiseSpectrum& spectrum, int size) {
  require(spectrum.size() >= static_cast<std::size_t>(size / 2 + 1), "one value per shell");
  const std::size_t last = spectrum.size() - 1;
  std::vector<double> power;
  for (int row = 0; row < size; ++row) {
    const int ky = row <= size / 2 ? row : row - size;
    for (int kx = 0; kx <= size / 2; ++kx) {
      const double radius = std::min(std::hypot(kx, ky), static_cast<double>(last));
      const auto below = static_cast<std::size_t>(radius), above = std::min(below + 1, last);
      const double share = radius - static_cast<double>(below);
      power.push_back(std::pow(spectrum[below], 1 - share) * std::pow(spectrum[above], share));
    }
  }
  return power;
}

}  // namespace elastem
