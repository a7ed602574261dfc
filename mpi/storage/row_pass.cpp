#include "mpi/storage/row_pass.hpp"

#include <algorithm>

#include <spdlog/fmt/fmt.h>

#include "core/counted.hpp"

namespace elastem {
namespace {

using Details = ResultTable::Details;

constexpr std::int64_t block_rows = 4096;

// Appends a run, or lengthens the last one where it goes on.
void append_run(std::vector<Range>& runs, Range run) {
  if (!runs.empty() && runs.back().first + runs.back().count == run.first)
    runs.back().count += run.count;
  else
    runs.push_back(run);
}

}  // namespace

Range own_rows(const Communicator& comm, const RowSlices& slices) {
  const std::int64_t first = slices.begin(RowSlices::first_of_rank(comm.rank(), comm.size()));
  return {first, slices.begin(RowSlices::first_of_rank(comm.rank() + 1, comm.size())) - first};
}

void for_each_block(const Communicator& comm, const ResultTable& table, Details details,
                    const BlockVisitor& visit) {
  collectively(comm, [&] {
    const Range own = own_rows(comm, RowSlices{table.size()});
    const std::int64_t end = own.first + own.count;
    for (std::int64_t first = own.first; first < end; first += block_rows) {
      std::vector<ParticleResult> rows = table.read(first, std::min(block_rows, end - first), details);
      visit(first, rows);
    }
  });
}

void for_each_row(const Communicator& comm, const ResultTable& table, const RowPass& pass,
                  const RowVisitor& visit) {
  const bool leave_out = pass.outliers == Outliers::leave_out;
  const Details details = leave_out && pass.details == Details::none ? Details::brief : pass.details;
  for_each_block(comm, table, details, [&](std::int64_t first, std::vector<ParticleResult>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (!(leave_out && rows[i].fit && rows[i].fit->outlier))
        visit(first + static_cast<std::int64_t>(i), rows[i]);
  });
}

RowCounts count_rows(const Communicator& comm, const ResultTable& table,
                     const std::function<bool(std::int64_t row)>& wanted) {
  RowCounts counts;
  double scores = 0;
  for_each_row(comm, table, {.details = Details::brief}, [&](std::int64_t index, const ParticleResult& row) {
    if (wanted && !wanted(index)) return;
    if (row.state == ParticleState::pending) {
      ++counts.pending;
    } else if (row.state == ParticleState::done) {
      ++counts.done;
      counts.outliers += row.fit && row.fit->outlier ? 1 : 0;
      scores += row.score;
    } else {
      ++counts.failed;
      ++counts.reasons[std::min(static_cast<std::size_t>(row.reason), failure_names.size())];
    }
  });
  for (auto* count : {&counts.pending, &counts.done, &counts.failed, &counts.outliers})
    *count = comm.sum(*count);
  comm.sum(counts.reasons);
  counts.mean_score = comm.sum(scores) / static_cast<double>(std::max<std::int64_t>(1, counts.done));
  return counts;
}

std::vector<std::string> failure_lines(const RowCounts& counts) {
  std::vector<std::string> lines;
  for (std::size_t reason = 0; reason < counts.reasons.size(); ++reason)
    if (counts.reasons[reason] > 0)
      lines.push_back(
          fmt::format("{} failed: {}", counted(counts.reasons[reason], "particle"),
                      reason < failure_names.size() ? failure_names[reason] : "a reason of a newer elastem"));
  return lines;
}

std::vector<Range> pending_runs(const Communicator& comm, const ResultTable& table) {
  std::vector<Range> own;
  for_each_row(comm, table, {.details = Details::all}, [&](std::int64_t row, const ParticleResult& result) {
    if (result.state == ParticleState::pending) append_run(own, {row, 1});
  });
  std::vector<Range> runs;
  for (const Range run : comm.gathered(own)) append_run(runs, run);
  return runs;
}

}  // namespace elastem
