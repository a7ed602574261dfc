// table_writer FILE ROWS MICROSECONDS new|resume: writes the pending rows of a result table, each rank its
// share, with a pause after each. Row i holds values that a reader can check. To be killed.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "mpi/comm/session.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {
namespace {

ParticleResult row(std::int64_t i) {
  const auto x = static_cast<double>(i);
  ParticleResult r;
  r.image = std::to_string(i + 1) + "@stack.mrcs";
  r.amplitudes = (Eigen::VectorXd(3) << x, 2 * x, 3 * x).finished();
  r.euler_angles = Eigen::Vector3d(4 * x, 5 * x, 6 * x);
  r.shift = Eigen::Vector2d(7 * x, 8 * x);
  r.standard_errors = Eigen::VectorXd::Constant(8, 9 * x);
  r.score = 10 * x;
  r.state = ParticleState::done;
  return r;
}

void run(const Communicator& comm, const std::string& path, std::int64_t n, int pause, bool resume) {
  TableContents contents;
  contents.key_length = row(n - 1).image.size();
  auto table = resume ? ResultTable::open(comm, path, ResultTable::Access::write)
                      : ResultTable::create(comm, path, n, {7, 8, 9},
                                            make_provenance(comm, "table_writer", {}, 1), contents);
  const auto pending = pending_runs(comm, table);
  std::int64_t left = 0;
  for (const auto& range : pending) left += range.count;
  if (comm.root()) {
    std::printf("%lld pending\n", static_cast<long long>(left));
    std::fflush(stdout);
  }
  comm.barrier();  // all have read the states before the first row changes

  std::vector<ParticleResult> rows;
  QueueOptions options;
  options.show_progress = false;
  options.chunk_seconds = 0.005;
  run_queue(
      comm, pending, options,
      [&](std::int64_t i) {
        rows.push_back(row(i));
        std::this_thread::sleep_for(std::chrono::microseconds(pause));
      },
      [&](Range chunk) {
        table.write(chunk.first, rows);
        rows.clear();
      });
  table.close();
}

}  // namespace
}  // namespace elastem

int main(int argc, char** argv) {
  elastem::Session session(argc, argv);
  if (argc != 5) return 2;
  elastem::run(session.world(), argv[1], std::stoll(argv[2]), std::stoi(argv[3]),
               std::string(argv[4]) == "resume");
}
