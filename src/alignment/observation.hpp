#pragma once

#include <vector>

#include "imaging/fft.hpp"

namespace elastem {

/// One particle as a fit sees it, on the half grid of some box: its transform (FFTW's, the origin at index
/// 0), its CTF the noise power E|N|² of every term and its factor for the
/// misfit.
struct Observation {
  Spectrum spectrum;
  std::vector<float> transfer;
  std::vector<double> noise_power;
  std::vector<double> misfit;  ///< empty: 1

  int size() const { return static_cast<int>(spectrum.rows()); }
};

}  // namespace elastem
