#include "core/processor.hpp"

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace elastem {
namespace {

// The words of the first "flags" line of /proc/cpuinfo; none on a processor of another kind.
std::set<std::string> kernel_flags() {
  std::ifstream file("/proc/cpuinfo");
  std::set<std::string> flags;
  for (std::string line; flags.empty() && std::getline(file, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    for (std::string word; words >> word;) flags.insert(word);
  }
  return flags;
}

TEST(Processor, HasTheInstructionsThatTheKernelNames) {
  const auto flags = kernel_flags();
  const auto sets = processor_instructions();
  EXPECT_EQ(sets.avx2, flags.contains("avx2") && flags.contains("fma") && flags.contains("bmi2"));
  EXPECT_EQ(sets.avx512, flags.contains("avx512f") && flags.contains("avx512bw") &&
                             flags.contains("avx512cd") && flags.contains("avx512dq") &&
                             flags.contains("avx512vl"));
  EXPECT_EQ(sets.avx512_bfloat16, flags.contains("avx512_bf16"));
}

TEST(Processor, WhatTheProgramWasBuiltForIsWhatTheCompilerWasAllowed) {
#ifdef __AVX2__
  EXPECT_TRUE(built_for.avx2);
#else
  EXPECT_FALSE(built_for.avx2);
#endif
#ifdef __AVX512F__
  EXPECT_TRUE(built_for.avx512);
#else
  EXPECT_FALSE(built_for.avx512);
#endif
}

}  // namespace
}  // namespace elastem
