#pragma once

#include <complex>
#include <span>
#include <vector>

namespace elastem {

/// Sums over the shells 0 … S/2 of two Fourier volumes of side S; to be added over ranks element by element.
struct ShellSums {
  explicit ShellSums(int side);
  int side;
  std::vector<double> product, first_power, second_power;
};

/// How the terms of a half volume count, of whose plane x = 0 each term's Friedel mate is there as well.
enum class Counting {
  evenly,     ///< each pair of mates once
  as_stored,  ///< each stored term once, so that pairs at x = 0 count twice: RELION's way
};

/// Adds planes z = first … of two half volumes (FFTW order, planes of S rows of S/2+1 terms); shell s holds
/// the terms with round(|k|) = s.
void add_planes(ShellSums& sums, int first_plane, std::span<const std::complex<double>> first,
                std::span<const std::complex<double>> second, Counting counting = Counting::evenly);

/// Fourier shell correlation Σ Re(F₁·F₂*)/√(Σ|F₁|²·Σ|F₂|²) of the shells 0 … S/2 (Harauz & van Heel 1986); 0
/// where a shell of either volume is empty.
std::vector<double> shell_correlation(const ShellSums& sums);

/// Where the curve first falls below `threshold`, as a resolution in Å (linear between shells; shell 0, the
/// mean, is left out); 2·pixel_size when it never does.
double resolution_at(const std::vector<double>& correlation, double threshold, int side, double pixel_size);

}  // namespace elastem
