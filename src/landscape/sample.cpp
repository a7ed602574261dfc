#include "landscape/sample.hpp"

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {

bool in_stratified_sample(std::int64_t row, std::int64_t rows, std::int64_t most, std::uint64_t seed) {
  require(row >= 0 && row < rows && most > 0, "a row of the table and a size of the sample");
  if (rows <= most) return true;
  // Stratum s holds the rows s·rows/most ≤ row < (s + 1)·rows/most.
  const std::int64_t stratum = row * most / rows;
  const auto begin = [&](std::int64_t s) { return (s * rows + most - 1) / most; };
  const std::int64_t first = begin(stratum), length = begin(stratum + 1) - first;
  Random random(seed, Stream::sampling, static_cast<std::uint64_t>(stratum));
  return row == first + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(length)));
}

}  // namespace elastem
