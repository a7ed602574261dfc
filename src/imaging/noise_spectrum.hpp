#pragma once

#include <vector>

#include "imaging/fft.hpp"
#include "imaging/image.hpp"

namespace elastem {

/// Radial noise power E|N(k)|² of the unnormalised transform of one image, one value per shell: shell r holds
/// the terms of the half grid with |k| nearest to r (k in units of 1/(S·p)), r = 0 … S/2; corners take the
/// last shell.
using NoiseSpectrum = std::vector<double>;

/// The shell of every term of the half grid.
std::vector<int> half_grid_shells(int size);

/// An image's radial power outside the circle of radius `radius` (pixels, about pixel S/2) in which the
/// particle lies, scaled to the whole image: S²/Σm · mean over the shell of |F[m·(y − ȳ_m)]|², m the
/// complement of the disc. For white noise of variance σ² each shell's expectation is S²·σ² (to 1/Σm for the
/// mean). Shell 0 copies shell 1.
NoiseSpectrum background_spectrum(const Image& image, double radius, Fft2<float>& fft);

/// Raises every shell to a thousandth of the shells' mean at least: images may have no noise somewhere.
void raise_to_floor(NoiseSpectrum& noise);

/// Noise power at every term of the half grid. `spectrum` may be that of a larger grid over the same physical
/// box (see crop_spectrum): then the corners take their own shells.
std::vector<double> noise_on_half_grid(const NoiseSpectrum& spectrum, int size);

/// The same without steps: the shells' values are those at |k| = r, and ln E|N|² is linear in between. Noise
/// that the CTF colours varies by half from one shell to the next.
std::vector<double> smooth_noise_on_half_grid(const NoiseSpectrum& spectrum, int size);

}  // namespace elastem
