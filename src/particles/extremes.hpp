#pragma once

#include <algorithm>
#include <limits>

namespace elastem {

/// The lowest and the highest of some values.
struct Extremes {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool any() const { return low <= high; }
};

}  // namespace elastem
