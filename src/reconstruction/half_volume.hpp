#pragma once

#include <cmath>
#include <cstddef>

namespace elastem {

/// Calls use(i, x, y, z) for the terms i = 0 … terms−1 of whole planes from z = `first_plane` on of the half
/// volume of side M (FFTW order, planes of M rows of M/2+1 terms): x from 0 to M/2, y and z with their signs.
template <class Use>
void for_each_term(int side, int first_plane, std::size_t terms, const Use& use) {
  const auto with_sign = [side](int index) { return index <= side / 2 ? index : index - side; };
  std::size_t i = 0;
  for (int plane = first_plane; i < terms; ++plane)
    for (int row = 0; row < side; ++row)
      for (int x = 0; x <= side / 2; ++x, ++i) use(i, x, with_sign(row), with_sign(plane));
}

/// Distance of a term from the origin.
inline double radius_of_term(int x, int y, int z) {
  return std::sqrt(static_cast<double>(x) * x + static_cast<double>(y) * y + static_cast<double>(z) * z);
}

/// The shell of a term: its distance, rounded.
inline std::size_t shell_of_term(int x, int y, int z) {
  return static_cast<std::size_t>(std::lround(radius_of_term(x, y, z)));
}

}  // namespace elastem
