#pragma once

#include <complex>
#include <vector>

#include <fftw3.h>

namespace elastem::test {

/// The half spectrum of a real cube and back, by serial FFTW; unnormalised.
inline std::vector<std::complex<double>> transformed(std::vector<double> volume, int side) {
  const auto terms = static_cast<std::size_t>(side) * static_cast<std::size_t>(side) *
                     static_cast<std::size_t>(side / 2 + 1);
  std::vector<std::complex<double>> spectrum(terms);
  fftw_plan plan = fftw_plan_dft_r2c_3d(side, side, side, volume.data(),
                                        reinterpret_cast<fftw_complex*>(spectrum.data()), FFTW_ESTIMATE);
  fftw_execute(plan);
  fftw_destroy_plan(plan);
  return spectrum;
}

inline std::vector<double> back_transformed(std::vector<std::complex<double>> spectrum, int side) {
  std::vector<double> volume(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) *
                             static_cast<std::size_t>(side));
  fftw_plan plan = fftw_plan_dft_c2r_3d(side, side, side, reinterpret_cast<fftw_complex*>(spectrum.data()),
                                        volume.data(), FFTW_ESTIMATE);
  fftw_execute(plan);
  fftw_destroy_plan(plan);
  return volume;
}

}  // namespace elastem::test
