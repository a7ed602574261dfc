#pragma once

#include <array>
#include <type_traits>
#include <vector>

#include <Eigen/Core>

#include "imaging/elastic_model.hpp"

namespace elastem {

/// A footprint holds the `reach` pixels on either side of its atom. One of a few reaches, so that a row of it
/// is a fixed number of vector operations.
inline constexpr std::array<int, 7> footprint_reaches = {3, 4, 6, 8, 12, 16, 32};

/// Pixels of a footprint's row: twice the reach, and a little more to make fours.
constexpr int footprint_width(int reach) {
  return (2 * reach + 3) / 4 * 4;
}

/// Calls f with one of `footprint_reaches` as a constant.
template <class F>
void with_reach(int reach, F f) {
  switch (reach) {
    case 3:
      return f(std::integral_constant<int, 3>{});
    case 4:
      return f(std::integral_constant<int, 4>{});
    case 6:
      return f(std::integral_constant<int, 6>{});
    case 8:
      return f(std::integral_constant<int, 8>{});
    case 12:
      return f(std::integral_constant<int, 12>{});
    case 16:
      return f(std::integral_constant<int, 16>{});
    default:
      return f(std::integral_constant<int, 32>{});
  }
}

/// Atoms of one kind, which stand side by side in the drawing order.
template <class Real>
struct FootprintGroup {
  struct Term {
    Real exponent = 0;          ///< p²/(2σ²)
    Real weight = 0;            ///< c·p²/(2πσ²)
    std::vector<Real> profile;  ///< exp(−exponent·i²) at i = 1 − reach, 2 − reach, …
  };
  Eigen::Index first = 0, count = 0;
  int reach = 0;
  std::vector<Term> terms;
};

/// The model's atoms by kind, and of each kind taken from 16 parts of the chain in turn: neighbours'
/// footprints overlap, and what was just stored is slow to load at another offset.
std::vector<Eigen::Index> drawing_order(const ElasticModel& model);

/// The groups of atoms in their drawing order, each footprint holding every pixel within `cut` σ. Throws
/// Error for atoms narrower than a tenth of a pixel, or too wide for the largest reach. Instances for float
/// and double.
template <class Real>
std::vector<FootprintGroup<Real>> footprint_groups(const ElasticModel& model,
                                                   const std::vector<Eigen::Index>& order, double pixel_size,
                                                   double cut);

}  // namespace elastem
