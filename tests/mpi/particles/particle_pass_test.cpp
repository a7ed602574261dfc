#include "mpi/particles/particle_pass.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

constexpr std::int64_t rows = 60;

ParticleResult result_of(std::int64_t i) {
  ParticleResult r;
  r.image = std::to_string(i + 1) + "@a.mrcs";
  r.amplitudes = Eigen::VectorXd::Constant(1, static_cast<double>(i));
  r.standard_errors = Eigen::VectorXd::Ones(6);
  r.state = ParticleState::done;
  return r;
}

PassOutput output(const std::string& path, bool resume) {
  Provenance provenance;
  provenance.options = {"cutoff=8"};
  return {path, resume, false, rows, {7}, provenance};
}

TableContents contents() {
  TableContents made;
  made.key_length = 9;
  made.vectors = {{"noise", {1, 2}, "1", "noise"}};
  return made;
}

// An earlier run of the test may have left it.
void forget(const Communicator& comm, const std::string& path) {
  on_root(comm, [&] { std::filesystem::remove(path); });
}

QueueOptions quiet() {
  QueueOptions options;
  options.show_progress = false;
  return options;
}

TEST(ParticlePass, FillsANewTableAndResumesAnOldOne) {
  const auto comm = Communicator::world();
  forget(comm, "pass.h5");
  std::vector<double> taken;
  const auto resumed = [&](const ResultTable& table) { taken = table.load_vector("noise"); };
  auto table = open_pass_table(comm, output("pass.h5", true), contents, resumed);
  EXPECT_TRUE(taken.empty());  // a new one
  if (comm.root())
    for (const std::int64_t i : {0, 1, 2, 30}) table.write(i, std::vector<ParticleResult>{result_of(i)});
  table.close();

  auto again = open_pass_table(comm, output("pass.h5", true), contents, resumed);
  EXPECT_EQ(taken, (std::vector<double>{1, 2}));
  std::int64_t flushes = 0;
  const PassSummary summary =
      run_pass(comm, again, quiet(), {.result_of = result_of, .before_rows = [&] { ++flushes; }});
  EXPECT_EQ(summary.queue.done, rows - 4);
  EXPECT_GT(comm.sum(flushes), 0);
  comm.barrier();
  const auto all = again.read(0, rows);
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto& row = all[static_cast<std::size_t>(i)];
    EXPECT_EQ(row.state, ParticleState::done) << i;
    EXPECT_EQ(row.image, result_of(i).image) << i;
    EXPECT_EQ(row.amplitudes, result_of(i).amplitudes) << i;
  }
  comm.barrier();
}

TEST(ParticlePass, AnotherRunIsNotResumed) {
  const auto comm = Communicator::world();
  forget(comm, "other.h5");
  const auto nothing = [](const ResultTable&) {};
  open_pass_table(comm, output("other.h5", false), contents, nothing).close();
  PassOutput changed = output("other.h5", true);
  changed.provenance.options = {"cutoff=9"};
  EXPECT_THAT(error_of([&] { open_pass_table(comm, changed, contents, nothing); }),
              HasSubstr("--cutoff was \"8\" and is now \"9\""));
  EXPECT_THAT(error_of([&] { open_pass_table(comm, output("other.h5", false), contents, nothing); }),
              HasSubstr("other.h5 exists"));
}

}  // namespace
}  // namespace elastem
