#include "mpi/learning/shared_checkpoint.hpp"

#include <cstdio>

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

TEST(SharedCheckpoint, IsRankZerosOnEveryRank) {
  const Communicator comm = Communicator::world();
  const std::string path = "shared.pt";
  Checkpoint written;
  written.weights = {1, 2.5F, -3};
  written.optimiser = Adam(3);
  written.modes = {7, 9};
  written.architecture.amplitudes = 2;
  written.grid = {64, 2.2};
  written.scaling = {{0, 0}, {1, 1}, 1};
  on_root(comm, [&] { write_checkpoint(path, written); });
  EXPECT_EQ(checkpoint_bytes(shared_checkpoint(comm, path)), checkpoint_bytes(written));
  comm.barrier();
  if (comm.root()) std::remove(path.c_str());
}

TEST(SharedCheckpoint, WhatRankZeroCannotReadIsAnErrorOnEveryRank) {
  const Communicator comm = Communicator::world();
  expect_error([&] { shared_checkpoint(comm, "none/shared.pt"); }, {"none/shared.pt"});
}

}  // namespace
}  // namespace elastem
