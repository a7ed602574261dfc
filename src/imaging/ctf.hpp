#pragma once

#include <vector>

#include "core/name_table.hpp"

namespace elastem {

/// What was done to an image about its CTF after it was taken, and what then is left of the CTF.
enum class CtfCorrection {
  none,         ///< CTF
  phase_flip,   ///< times sign(CTF): |CTF|
  premultiply,  ///< times CTF: CTF²
  wiener,       ///< times CTF/(CTF² + c): CTF²/(CTF² + c)
};

inline constexpr NamedValue<CtfCorrection> ctf_correction_names[] = {
    {CtfCorrection::none, "none"},
    {CtfCorrection::phase_flip, "phase-flip"},
    {CtfCorrection::premultiply, "premultiply"},
    {CtfCorrection::wiener, "wiener"}};
constexpr NameTable<CtfCorrection> name_table(CtfCorrection) {
  return ctf_correction_names;
}

/// Contrast transfer of a weak phase object. Defocus is positive for underfocus.
struct Ctf {
  double defocus_u = 0, defocus_v = 0;  ///< Å
  double defocus_angle = 0;             ///< degrees, of defocus_u from the x axis
  double phase_shift = 0;               ///< degrees
  double b_factor = 0;                  ///< Å²
  double voltage_kv = 300;
  double cs_mm = 2.7;
  double amplitude_contrast = 0.1;
  bool enabled = true;  ///< false: the transfer is 1 everywhere
  CtfCorrection correction = CtfCorrection::none;
  double wiener_constant = 0.1;  ///< c of CtfCorrection::wiener

  bool operator==(const Ctf&) const = default;
};

/// Relativistic wavelength in Å: 12.2643247/√(V + 0.978466e−6·V²), V in volts.
double electron_wavelength(double voltage_kv);

/// CTF(k) = [√(1−Q²)·sin χ + Q·cos χ]·exp(−B k²/4) with
/// χ = π λ Δf(θ) k² − (π/2) C_s λ³ k⁴ + phase shift, Δf(θ) = ½[U+V+(U−V)·cos 2(θ − angle)];
/// kx, ky in 1/Å.
double ctf_value(const Ctf& ctf, double kx, double ky);

/// What an image's correction makes of its signal, see CtfCorrection: CTF(k) where there was none.
double transfer_value(const Ctf& ctf, double kx, double ky);

/// The transfer on FFTW's half grid of a size×size real image, rows ky = 0, 1, …, −1, columns kx = 0 …
/// size/2; size·(size/2+1) values, off `transfer_value` by at most 1e−6.
std::vector<float> ctf_half_grid(const Ctf& ctf, int size, double pixel_size);

/// What the correction multiplies signal and noise with, on the same grid: 1, sign(CTF), CTF or
/// CTF/(CTF² + c).
std::vector<float> correction_half_grid(const Ctf& ctf, int size, double pixel_size);

/// Whether the CTF oscillates too fast for the box: λ·Δf·k_max > size·pixel_size/2.
bool ctf_undersampled(const Ctf& ctf, int size, double pixel_size);

}  // namespace elastem
