#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/error.hpp"

namespace elastem {

/// The middle value, of an even number the mean of the middle two. There is one value at least.
inline double median(std::vector<double> values) {
  require(!values.empty(), "a median is of some values");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace elastem
