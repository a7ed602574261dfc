// GoogleTest's main under MPI: every rank runs every test, rank 0 prints, a failure on any rank is
// everybody's.
#include <cstdio>
#include <memory>

#include <gtest/gtest.h>

#include "mpi/comm/session.hpp"

namespace {

// What the other ranks say: their failures only, with the rank.
class FailurePrinter : public testing::EmptyTestEventListener {
 public:
  explicit FailurePrinter(int rank) : rank_(rank) {}

  void OnTestPartResult(const testing::TestPartResult& part) override {
    if (!part.failed()) return;
    std::fprintf(stderr, "rank %d: %s:%d: %s\n", rank_, part.file_name() ? part.file_name() : "?",
                 part.line_number(), part.message());
  }

 private:
  int rank_;
};

}  // namespace

int main(int argc, char** argv) {
  elastem::Session session(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  const auto& comm = session.world();
  if (!comm.root()) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailurePrinter(comm.rank()));
  }
  const int failed = RUN_ALL_TESTS();
  return comm.max(failed) > 0 ? 1 : 0;
}
