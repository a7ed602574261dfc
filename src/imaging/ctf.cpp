#include "imaging/ctf.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <Eigen/Core>

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

namespace {

using Terms = Eigen::Map<Eigen::ArrayXf>;

/// The bare CTF, many terms at once: √(1−Q²)·sin χ + Q·cos χ = sin(χ + asin Q), the phase a polynomial of kx
/// and ky since k²·cos 2(θ − α) = (kx² − ky²)·cos 2α + 2·kx·ky·sin 2α. It is reduced to one turn in double
/// precision.
std::vector<float> bare_half_grid(const Ctf& ctf, int size, double pixel_size) {
  const auto columns = static_cast<std::size_t>(size / 2 + 1);
  std::vector<float> values(static_cast<std::size_t>(size) * columns, 1.0F);
  if (!ctf.enabled) return values;
  const double wavelength = electron_wavelength(ctf.voltage_kv);
  const double mean = 0.25 * wavelength * (ctf.defocus_u + ctf.defocus_v);  // turns a k²
  const double spread = 0.25 * wavelength * (ctf.defocus_u - ctf.defocus_v);
  const double angle = 2 * ctf.defocus_angle * radians_per_degree;
  const double straight = spread * std::cos(angle), mixed = 2 * spread * std::sin(angle);
  const double spherical = 0.25 * ctf.cs_mm * 1e7 * wavelength * wavelength * wavelength;
  const double constant = ctf.phase_shift / 360 + std::asin(ctf.amplitude_contrast) / (2 * std::numbers::pi);
  const double step = 1.0 / (size * pixel_size);
  std::vector<float> k2(ctf.b_factor != 0 ? values.size() : 0);
  for (int row = 0; row < size; ++row) {
    const double ky = (row <= size / 2 ? row : row - size) * step;
    float* turns = values.data() + static_cast<std::size_t>(row) * columns;
    for (std::size_t column = 0; column < columns; ++column) {
      const double kx = static_cast<double>(column) * step, square = kx * kx + ky * ky;
      const double turn = mean * square + straight * (kx * kx - ky * ky) + mixed * kx * ky -
                          spherical * square * square + constant;
      turns[column] = static_cast<float>(turn - std::nearbyint(turn));
      if (!k2.empty()) k2[static_cast<std::size_t>(row) * columns + column] = static_cast<float>(square);
    }
  }
  const auto count = static_cast<Eigen::Index>(values.size());
  Terms terms(values.data(), count);
  terms = (2 * std::numbers::pi_v<float> * terms).sin();
  if (!k2.empty()) terms *= (static_cast<float>(-0.25 * ctf.b_factor) * Terms(k2.data(), count)).exp();
  return values;
}

}  // namespace

double transfer_value(const Ctf& ctf, double kx, double ky) {
  const double value = ctf_value(ctf, kx, ky);
  switch (ctf.correction) {
    case CtfCorrection::phase_flip:
      return std::abs(value);
    case CtfCorrection::premultiply:
      return value * value;
    case CtfCorrection::wiener:
      return value * value / (value * value + ctf.wiener_constant);
    default:
      return value;
  }
}

std::vector<float> correction_half_grid(const Ctf& ctf, int size, double pixel_size) {
  std::vector<float> values = bare_half_grid(ctf, size, pixel_size);
  Terms ctfs(values.data(), static_cast<Eigen::Index>(values.size()));
  if (ctf.correction == CtfCorrection::none) ctfs = 1.0F;
  if (ctf.correction == CtfCorrection::phase_flip)
    ctfs =
        (ctfs < 0.0F).select(Eigen::ArrayXf::Constant(ctfs.size(), -1.0F), Eigen::ArrayXf::Ones(ctfs.size()));
  if (ctf.correction == CtfCorrection::wiener)
    ctfs /= ctfs.square() + static_cast<float>(ctf.wiener_constant);
  return values;
}

std::vector<float> ctf_half_grid(const Ctf& ctf, int size, double pixel_size) {
  std::vector<float> values = bare_half_grid(ctf, size, pixel_size);
  Terms ctfs(values.data(), static_cast<Eigen::Index>(values.size()));
  if (ctf.correction == CtfCorrection::phase_flip) ctfs = ctfs.abs();
  if (ctf.correction == CtfCorrection::premultiply) ctfs = ctfs.square();
  if (ctf.correction == CtfCorrection::wiener)
    ctfs = ctfs.square() / (ctfs.square() + static_cast<float>(ctf.wiener_constant));
  return values;
}

bool ctf_undersampled(const Ctf& ctf, int size, double pixel_size) {
  if (!ctf.enabled) return false;
  const double defocus = std::max(std::abs(ctf.defocus_u), std::abs(ctf.defocus_v));
  const double k_max = 0.5 / pixel_size;
  return electron_wavelength(ctf.voltage_kv) * defocus * k_max > 0.5 * size * pixel_size;
}

}  // namespace elastem
