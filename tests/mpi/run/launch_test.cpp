#include "mpi/run/launch.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastem {
namespace {

using testing::HasSubstr;

TEST(LaunchWarning, OneRankOfSeveralProcessesIsWarnedOfOnce) {
  for (const char* name :
       {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_PROCID", "OMPI_COMM_WORLD_SIZE",
        "OMPI_COMM_WORLD_RANK", "PMI_SIZE", "PMI_RANK", "MPI_LOCALNRANKS", "MPI_LOCALRANKID"})
    ::unsetenv(name);
  EXPECT_EQ(launch_warning(1), "");
  ::setenv("PMI_SIZE", "1", 1);
  EXPECT_EQ(launch_warning(1), "");
  ::setenv("PMI_SIZE", "4", 1);
  EXPECT_THAT(launch_warning(1), HasSubstr("4 processes (PMI_SIZE)"));
  EXPECT_EQ(launch_warning(4), "");
  ::setenv("PMI_RANK", "2", 1);
  EXPECT_EQ(launch_warning(1), "");
  ::setenv("SLURM_NTASKS", "8", 1);
  ::setenv("SLURM_PROCID", "0", 1);
  EXPECT_THAT(launch_warning(1), HasSubstr("Slurm speaks of 8 processes (SLURM_NTASKS)"));
  ::setenv("SLURM_STEP_NUM_TASKS", "1", 1);  // a step of one task in an allocation of more
  EXPECT_EQ(launch_warning(1), "");
}

}  // namespace
}  // namespace elastem
