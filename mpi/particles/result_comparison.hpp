#pragma once

#include <cstdint>
#include <vector>

#include "alignment/result_difference.hpp"
#include "mpi/particles/result_match.hpp"

namespace elastem {

/// A row with the number that it is ranked by; of a pair of tables the second's row too.
struct RankedRow {
  double value = 0;
  std::int64_t row = 0, other = 0;
};

/// The `most` rows of least value of all ranks on rank 0, ascending, equal ones by their rows; elsewhere
/// none. No rank sends more than `most`. Collective.
std::vector<RankedRow> least_rows(const Communicator& comm, std::vector<RankedRow> own, std::size_t most);

/// How numbers are spread; NaN where there are none.
struct NumberSpread {
  std::int64_t count = 0;
  double mean = 0, deviation = 0;                    ///< of the numbers (n − 1)
  double median = 0, q90 = 0, q99 = 0, largest = 0;  ///< of their magnitudes
};

/// How two tables of results differ in the images that both have.
struct ResultComparison {
  std::int64_t matched = 0, only_first = 0,
               only_second = 0;  ///< rows of the first, of it alone, of the second alone
  std::int64_t compared = 0;     ///< pairs that are done in both
  CommonModes modes;
  NumberSpread orientation, direction, in_plane, shift, score;
  std::vector<NumberSpread> amplitudes, pulls;  ///< of each common mode
  std::vector<RankedRow> worst;                 ///< of greatest distance, which is −value; on rank 0
};

/// Compares rows that `match` brings together (match_results), each rank its own_rows of the first table. The
/// same on any number of ranks. Memory: the differences of a rank's own rows. Collective.
ResultComparison compare_results(const Communicator& comm, const NamedTable& first, const NamedTable& second,
                                 const RowMatch& match, std::size_t worst);

}  // namespace elastem
