#include "imaging/ctf.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/units.hpp"

namespace elastem {

double electron_wavelength(double voltage_kv) {
  const double v = voltage_kv * 1e3;
  return 12.2643247 / std::sqrt(v + 0.978466e-6 * v * v);
}

double ctf_value(const Ctf& ctf, double kx, double ky) {
  if (!ctf.enabled) return 1;
  constexpr double pi = std::numbers::pi;
  const double wavelength = electron_wavelength(ctf.voltage_kv);
  const double k2 = kx * kx + ky * ky;
  const double angle = k2 > 0 ? std::atan2(ky, kx) - ctf.defocus_angle * radians_per_degree : 0;
  const double defocus =
      0.5 * (ctf.defocus_u + ctf.defocus_v + (ctf.defocus_u - ctf.defocus_v) * std::cos(2 * angle));
  const double cs = ctf.cs_mm * 1e7;
  const double chi = pi * wavelength * defocus * k2 -
                     0.5 * pi * cs * wavelength * wavelength * wavelength * k2 * k2 +
                     ctf.phase_shift * radians_per_degree;
  const double q = ctf.amplitude_contrast;
  return (std::sqrt(1 - q * q) * std::sin(chi) + q * std::cos(chi)) * std::exp(-0.25 * ctf.b_factor * k2);
}

std::vector<float> ctf_half_grid(const Ctf& ctf, int size, double pixel_size) {
  const int columns = size / 2 + 1;
  const double step = 1.0 / (size * pixel_size);
  std::vector<float> values(static_cast<std::size_t>(size * columns));
  auto value = values.begin();
  for (int row = 0; row < size; ++row) {
    const int ky = row <= size / 2 ? row : row - size;
    for (int kx = 0; kx < columns; ++kx) *value++ = static_cast<float>(ctf_value(ctf, kx * step, ky * step));
  }
  return values;
}

bool ctf_undersampled(const Ctf& ctf, int size, double pixel_size) {
  if (!ctf.enabled) return false;
  const double defocus = std::max(std::abs(ctf.defocus_u), std::abs(ctf.defocus_v));
  const double k_max = 0.5 / pixel_size;
  return electron_wavelength(ctf.voltage_kv) * defocus * k_max > 0.5 * size * pixel_size;
}

}  // namespace elastem
