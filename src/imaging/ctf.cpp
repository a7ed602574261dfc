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

/// The bare CTF, many terms at once: √(1−Q²)·sin χ + Q·cos χ = sin(χ + asin Q), the phase a polynomial of kx
/// and ky since k²·cos 2(θ − α) = (kx² − ky²)·cos 2α + 2·kx·ky·sin 2α. It is reduced to one turn in double
/// precision. The array is Eigen's own: a sine's last bit would depend on where another one happens to lie.
Eigen::ArrayXf bare_half_grid(const Ctf& ctf, int size, double pixel_size) {
  const int columns = size / 2 + 1;
  Eigen::ArrayXf values = Eigen::ArrayXf::Ones(size * columns);
  if (!ctf.enabled) return values;
  const double wavelength = electron_wavelength(ctf.voltage_kv);
  const double mean = 0.25 * wavelength * (ctf.defocus_u + ctf.defocus_v);  // turns a k²
  const double spread = 0.25 * wavelength * (ctf.defocus_u - ctf.defocus_v);
  const double angle = 2 * ctf.defocus_angle * radians_per_degree;
  const double straight = spread * std::cos(angle), mixed = 2 * spread * std::sin(angle);
  const double spherical = 0.25 * ctf.cs_mm * 1e7 * wavelength * wavelength * wavelength;
  const double constant = ctf.phase_shift / 360 + std::asin(ctf.amplitude_contrast) / (2 * std::numbers::pi);
  const double step = 1.0 / (size * pixel_size);
  Eigen::ArrayXf k2(ctf.b_factor != 0 ? values.size() : 0);
  for (int row = 0; row < size; ++row) {
    const double ky = (row <= size / 2 ? row : row - size) * step;
    for (int column = 0; column < columns; ++column) {
      const double kx = column * step, square = kx * kx + ky * ky;
      const double turn = mean * square + straight * (kx * kx - ky * ky) + mixed * kx * ky -
                          spherical * square * square + constant;
      values[row * columns + column] = static_cast<float>(turn - std::nearbyint(turn));
      if (k2.size() > 0) k2[row * columns + column] = static_cast<float>(square);
    }
  }
  values = (2 * std::numbers::pi_v<float> * values).sin();
  if (k2.size() > 0) values *= (static_cast<float>(-0.25 * ctf.b_factor) * k2).exp();
  return values;
}

std::vector<float> as_vector(const Eigen::ArrayXf& values) {
  return {values.begin(), values.end()};
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
  Eigen::ArrayXf values = bare_half_grid(ctf, size, pixel_size);
  if (ctf.correction == CtfCorrection::none) values = 1.0F;
  if (ctf.correction == CtfCorrection::phase_flip)
    values = values.unaryExpr([](float value) { return value < 0 ? -1.0F : 1.0F; });
  if (ctf.correction == CtfCorrection::wiener)
    values /= values.square() + static_cast<float>(ctf.wiener_constant);
  return as_vector(values);
}

std::vector<float> ctf_half_grid(const Ctf& ctf, int size, double pixel_size) {
  Eigen::ArrayXf values = bare_half_grid(ctf, size, pixel_size);
  if (ctf.correction == CtfCorrection::phase_flip) values = values.abs();
  if (ctf.correction == CtfCorrection::premultiply) values = values.square();
  if (ctf.correction == CtfCorrection::wiener)
    values = values.square() / (values.square() + static_cast<float>(ctf.wiener_constant));
  return as_vector(values);
}

bool ctf_undersampled(const Ctf& ctf, int size, double pixel_size) {
  if (!ctf.enabled) return false;
  const double defocus = std::max(std::abs(ctf.defocus_u), std::abs(ctf.defocus_v));
  const double k_max = 0.5 / pixel_size;
  return electron_wavelength(ctf.voltage_kv) * defocus * k_max > 0.5 * size * pixel_size;
}

}  // namespace elastem
