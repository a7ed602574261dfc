#pragma once

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

#include "imaging/projection.hpp"
#include "reconstruction/fourier_slab.hpp"

namespace elastem {

/// A molecule's surroundings in a map: all within 10 Å of an atom, less and less to 16 Å.
inline constexpr double molecule_reach = 10, molecule_edge = 6;

/// 1 … 0 by the distance (Å) from the nearest atom.
inline double molecule_softness(double distance) {
  return soft_sphere(distance, molecule_reach, molecule_edge);
}

/// Calls use(x, y, z, square) for each voxel (counted from the box's centre) within 16 Å of an atom (Å from
/// there), with the square of its distance in Å², for the sections z for which wanted(z).
template <class Wanted, class Use>
void for_each_voxel_near(const Eigen::Vector3d& atom, ImageGrid grid, const Wanted& wanted, const Use& use) {
  const double p = grid.pixel_size, reach = molecule_reach + molecule_edge;
  const int low = -(grid.size / 2), high = grid.size - grid.size / 2 - 1;
  const auto from = [&](double centre) {
    return std::max(low, static_cast<int>(std::ceil((centre - reach) / p)));
  };
  const auto to = [&](double centre) {
    return std::min(high, static_cast<int>(std::floor((centre + reach) / p)));
  };
  for (int z = from(atom.z()); z <= to(atom.z()); ++z) {
    if (!wanted(z)) continue;
    for (int y = from(atom.y()); y <= to(atom.y()); ++y)
      for (int x = from(atom.x()); x <= to(atom.x()); ++x) {
        const double square = (Eigen::Vector3d(x, y, z) * p - atom).squaredNorm();
        if (square <= reach * reach) use(x, y, z, square);
      }
  }
}

}  // namespace elastem
