#include "core/available_memory.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace elastem {
namespace {

namespace fs = std::filesystem;

/// A folder that looks like / to the function.
class FakeSystem {
 public:
  FakeSystem() : root_(fs::temp_directory_path() / ("available_memory_" + std::to_string(::getpid()))) {
    fs::create_directories(root_);
  }
  ~FakeSystem() { fs::remove_all(root_); }
  void put(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  double available() const { return available_memory(root_.string()); }

 private:
  fs::path root_;
};

TEST(AvailableMemory, IsWhatTheMachineHas) {
  const FakeSystem system;
  EXPECT_TRUE(std::isinf(system.available()));
  system.put("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 900 kB\n");
  EXPECT_EQ(system.available(), 900 * 1024);
  EXPECT_GT(available_memory(), 1e6);  // of the machine that runs the test
}

TEST(AvailableMemory, IsWhatTheTightestControlGroupLeaves) {
  const FakeSystem system;
  system.put("proc/meminfo", "MemAvailable: 1000000 kB\n");
  system.put("proc/self/cgroup", "0::/slurm/job_7/step_0\n");
  system.put("sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
  EXPECT_EQ(system.available(), 1000000.0 * 1024);
  system.put("sys/fs/cgroup/slurm/job_7/memory.max", "50000000\n");
  system.put("sys/fs/cgroup/slurm/job_7/memory.current", "30000000\n");
  EXPECT_EQ(system.available(), 20000000);
  // What files fill is given up on demand.
  system.put("sys/fs/cgroup/slurm/job_7/memory.stat",
             "anon 20000000\nfile 10000000\ninactive_file 9000000\n");
  EXPECT_EQ(system.available(), 29000000);
  system.put("sys/fs/cgroup/slurm/job_7/memory.current", "70000000\n");
  EXPECT_EQ(system.available(), 0);
}

TEST(AvailableMemory, KnowsTheFirstVersionOfControlGroups) {
  const FakeSystem system;
  system.put("proc/meminfo", "MemAvailable: 1000000 kB\n");
  system.put("proc/self/cgroup", "5:devices:/\n4:cpuset,memory:/job\n0::/\n");
  system.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  system.put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "40000000\n");
  system.put("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "10000000\n");
  EXPECT_EQ(system.available(), 30000000);
}

}  // namespace
}  // namespace elastem
