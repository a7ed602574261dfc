#pragma once

#include <cstdint>
#include <span>

namespace elastem {

/// The rows of a result that is compared with a truth.
struct EvaluatedRows {
  std::int64_t rows = 0, done = 0, failed = 0, pending = 0;
  std::int64_t unmatched = 0;  ///< rows that were not added
};

/// Places of the counts of rows among the counts that are added over ranks.
enum RowTally { done_rows, failed_rows, pending_rows, tally_count };

/// Of a result of so many rows, from counts whose first are those of RowTally.
inline EvaluatedRows evaluated_rows(std::int64_t rows, std::span<const std::int64_t> counts) {
  const std::int64_t done = counts[done_rows], failed = counts[failed_rows], pending = counts[pending_rows];
  return {rows, done, failed, pending, rows - done - failed - pending};
}

}  // namespace elastem
