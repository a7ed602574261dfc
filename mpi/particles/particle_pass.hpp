#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/stage_times.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/run/provenance.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

/// The table that a run over particles fills.
struct PassOutput {
  std::string path;
  bool resume = false, overwrite = false;
  std::int64_t rows = 0;
  std::vector<int> modes;
  Provenance provenance;
};

/// A new table with what `contents` gives, which is made before the file; or with --resume the one that is
/// there, if it comes from the same inputs and options, after `resumed` has taken from it what the run needs.
/// Collective, and so are both functions. Throws Error.
ResultTable open_pass_table(const Communicator& comm, const PassOutput& output,
                            const std::function<TableContents()>& contents,
                            const std::function<void(const ResultTable&)>& resumed);

/// One rank's work in a pass.
struct PassWorker {
  std::function<ParticleResult(std::int64_t row)> result_of;
  std::function<void()> before_rows = {};  ///< before rows are written, e.g. to write their pixels
};

struct PassSummary {
  QueueSummary queue;
  double writing = 0;  ///< seconds of this rank
};

/// Works on the rows that the table lacks, dealt out to all ranks, and writes them. Collective.
PassSummary run_pass(const Communicator& comm, ResultTable& table, const QueueOptions& options,
                     const PassWorker& worker);

/// Logs how many particles were `done`, e.g. "aligned", how many failed and why, and how busy the ranks were.
/// Collective.
void log_pass(const Communicator& comm, const ResultTable& table, const QueueSummary& summary,
              const std::string& done);

}  // namespace elastem
