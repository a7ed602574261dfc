#include "mpi/particles/particle_pass.hpp"

#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "mpi/comm/queue_report.hpp"
#include "mpi/run/output.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {

ResultTable open_pass_table(const Communicator& comm, const PassOutput& output,
                            const std::function<TableContents()>& contents,
                            const std::function<void(const ResultTable&)>& resumed) {
  if (decide_output(comm, output.path, output.resume, output.overwrite) == Output::create)
    return ResultTable::create(comm, output.path, output.rows, output.modes, output.provenance, contents());
  ResultTable table = ResultTable::open(comm, output.path, ResultTable::Access::write);
  collectively(comm, [&] { require_same_run(table.provenance(), output.provenance, output.path); });
  resumed(table);
  return table;
}

PassSummary run_pass(const Communicator& comm, ResultTable& table, const QueueOptions& options,
                     const PassWorker& worker) {
  const std::vector<Range> pending = pending_runs(comm, table);
  std::vector<ParticleResult> rows;
  PassSummary summary;
  summary.queue = run_queue(
      comm, pending, options, [&](std::int64_t row) { rows.push_back(worker.result_of(row)); },
      [&](Range chunk) {
        const TimedScope watch(summary.writing);
        if (worker.before_rows) worker.before_rows();
        table.write(chunk.first, rows);
        rows.clear();
      });
  return summary;
}

void log_pass(const Communicator& comm, const ResultTable& table, const QueueSummary& summary,
              const std::string& done) {
  const RowCounts counts = count_rows(comm, table);
  if (!comm.root()) return;
  spdlog::info("{} {}, mean score {:.3f}; {} in this run, {:.2f} s on {}", counted(counts.done, "particle"),
               done, counts.mean_score, summary.done, summary.seconds, counted(comm.size(), "rank"));
  for (const auto& line : failure_lines(counts)) spdlog::warn("{}", line);
  for (const auto& line : queue_report(summary, "particles")) spdlog::info("{}", line);
}

}  // namespace elastem
