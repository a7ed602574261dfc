#pragma once

namespace elastem {

/// Values from `low` to `high`; one value where the two are equal.
struct Interval {
  double low = 0, high = 0;

  /// The value at a fraction of the way, in [0, 1].
  double at(double fraction) const { return low + (high - low) * fraction; }

  bool operator==(const Interval&) const = default;
};

}  // namespace elastem
