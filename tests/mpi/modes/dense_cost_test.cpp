#include "mpi/modes/dense_cost.hpp"

#include <fstream>
#include <malloc.h>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "mpi/modes/dense_modes.hpp"
#include "tests/support/random_network.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

void solve(const Communicator& comm, const BlockNetwork& network, int last) {
  BlockHessian hessian(network);
  dense_modes(comm, hessian, network, survey_network(comm, hessian), last);
}

// Bytes of this process in memory: now (VmRSS), or the most since `forget_peak` (VmHWM).
double resident_bytes(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;)
    if (word == key) {
      double kibibytes = 0;
      file >> kibibytes;
      return 1024 * kibibytes;
    }
  return 0;
}

void forget_peak() {
  malloc_trim(0);  // what was freed before is not to hide what comes
  std::ofstream("/proc/self/clear_refs") << "5";
}

// What a solve adds to the memory of the rank that it adds most to. Collective.
double measured_bytes(const Communicator& comm, const BlockNetwork& network, int last) {
  forget_peak();
  const double before = resident_bytes("VmRSS:");
  solve(comm, network, last);
  return comm.max(resident_bytes("VmHWM:") - before);
}

TEST(DenseSolveCost, IsWhatASolveTakes) {
  const Communicator comm = Communicator::world();
  if (comm.size() % 2 == 1) GTEST_SKIP() << "on two and on four ranks only";
  solve(comm, random_network(100, 20, 8, 3), 300);  // the libraries take their buffers
  const BlockNetwork network = random_network(600, 32, 8, 3);
  constexpr double mebibyte = 1 << 20, order = 1800;
  for (const int last : {20, 1800}) {
    const DenseSolveCost cost = eigensolver_cost(1800, last, comm.size());
    const double measured = measured_bytes(comm, network, last);
    const double share = 8 * order * order * cost.copies / comm.size();
    RecordProperty("measured_" + std::to_string(last), std::to_string(measured / share));
    // The packing buffers of the BLAS and messages in flight come on top, whatever the order; a whole matrix
    // would be 25 MiB.
    EXPECT_LE(measured, cost.rank_bytes + 16 * mebibyte) << last;
    EXPECT_GE(measured, 0.7 * cost.rank_bytes) << last;
    EXPECT_LE(measured, 1.2 * share + 16 * mebibyte) << last;
  }
}

TEST(DenseSolveCost, IsTheMatrixSpreadOverTheGrid) {
  const DenseSolveCost cost = eigensolver_cost(4968, 4968, 4);
  EXPECT_EQ(cost.copies, 4);
  EXPECT_EQ(eigensolver_cost(4968, 20, 4).copies, 5);
  EXPECT_EQ(cost.matrix_bytes, 8.0 * 4968 * 4968);
  EXPECT_EQ(cost.grid_rows * cost.grid_columns, 4);
  EXPECT_GT(cost.rank_bytes, cost.copies * cost.matrix_bytes / 4);
  EXPECT_LT(cost.rank_bytes, cost.copies * cost.matrix_bytes / 2);
}

// The bound that is promised, where the matrix is large enough for the ranks that panels and buffers of O(n)
// do not count.
TEST(DenseSolveCost, IsAtMostAFifthAboveAnEvenShare) {
  for (const int ranks : {1, 2, 3, 4, 5, 7, 11, 13, 16, 23, 36, 64})
    for (const int count : {20, 100000}) {
      const DenseSolveCost cost = eigensolver_cost(100000, count, ranks);
      EXPECT_LE(cost.rank_bytes, 1.2 * cost.matrix_bytes * cost.copies / ranks)
          << ranks << " ranks, " << count << " eigenpairs";
    }
}

std::string refusal(const Communicator& comm, const DenseSolveCost& cost) {
  try {
    require_memory(comm, cost);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(RequireMemory, RefusesWhatCannotFitWithTheNumbers) {
  const Communicator comm = Communicator::world();
  EXPECT_EQ(refusal(comm, eigensolver_cost(633, 20, comm.size())), "no error");
  const std::string text = refusal(comm, eigensolver_cost(30'000'000, 20, comm.size()));
  EXPECT_THAT(text, HasSubstr("the matrix takes 7200000 GB, 5 of that size are needed"));
  EXPECT_THAT(text, HasSubstr("use --solver slepc"));
  EXPECT_THAT(refusal(comm, eigensolver_cost(3'000'000, 3'000'000, comm.size())),
              HasSubstr("the matrix takes 72000 GB, 4 of that size are needed"));
}

TEST(EigensolverSeconds, GrowWithTheOrder) {
  const Communicator comm = Communicator::world();
  EXPECT_GT(eigensolver_seconds(comm, 300, 10), 0);
  EXPECT_GT(eigensolver_seconds(comm, 12000, 20), eigensolver_seconds(comm, 300, 10));
}

}  // namespace
}  // namespace elastem
