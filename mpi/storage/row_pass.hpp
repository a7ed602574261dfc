#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/row_slices.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

/// Whether a pass shows particles that the structure does not explain (/fit/outlier).
enum class Outliers { with, leave_out };

struct RowPass {
  Outliers outliers = Outliers::with;
  ResultTable::Details details = ResultTable::Details::none;
};

/// The rows of the slices that are this rank's.
Range own_rows(const Communicator& comm, const RowSlices& slices);

using RowVisitor = std::function<void(std::int64_t row, const ParticleResult& result)>;
using BlockVisitor = std::function<void(std::int64_t first, std::vector<ParticleResult>& rows)>;

/// Shows `visit` this rank's rows in ascending order, a block in memory at a time. They are the slices of
/// RowSlices that are this rank's, so that a sum kept per slice is the same on any number of ranks. `visit`
/// does not communicate. Collective; what one rank throws, all throw.
void for_each_row(const Communicator& comm, const ResultTable& table, const RowPass& pass,
                  const RowVisitor& visit);

/// The same block by block: the number of the first row, and the rows.
void for_each_block(const Communicator& comm, const ResultTable& table, ResultTable::Details details,
                    const BlockVisitor& visit);

/// How many rows are in which state.
struct RowCounts {
  std::int64_t pending = 0, done = 0, failed = 0;
  std::int64_t outliers = 0;  ///< of those done
  /// Of those failed, by FailureReason; the last of them by a reason that this version does not know.
  std::array<std::int64_t, failure_names.size() + 1> reasons{};
  double mean_score = 0;  ///< of those done
};

/// Of the rows that are `wanted`, by default all. Collective; the same on every rank.
RowCounts count_rows(const Communicator& comm, const ResultTable& table,
                     const std::function<bool(std::int64_t row)>& wanted = {});

/// A line per reason for which particles failed, e.g. "3 particles failed: constant".
std::vector<std::string> failure_lines(const RowCounts& counts);

/// The runs of rows that are not finished, ascending, on rank 0; elsewhere empty. Each rank looks at its own
/// rows and checks them with the details of their fits; what travels are runs. Collective.
std::vector<Range> pending_runs(const Communicator& comm, const ResultTable& table);

}  // namespace elastem
