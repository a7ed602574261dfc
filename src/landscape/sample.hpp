#pragma once

#include <cstdint>

namespace elastem {

/// Whether `row` of `rows` belongs to a sample of at most `most` rows: all of them where there are no more,
/// otherwise one drawn at random (by `seed`) from each of `most` strata of nearly equal length. A row's
/// answer needs no other row, so that ranks agree without talking.
bool in_stratified_sample(std::int64_t row, std::int64_t rows, std::int64_t most, std::uint64_t seed);

}  // namespace elastem
