// Every seed through each parser, its own or not.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/targets.hpp"

namespace elastem {
namespace {

std::vector<std::filesystem::path> seeds() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(ELASTEM_FUZZ_SEEDS))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void replay(void (*target)(const std::string&)) {
  const auto files = seeds();
  ASSERT_GE(files.size(), 20U);  // the folder is there
  for (const auto& file : files) {
    SCOPED_TRACE(file.string());
    EXPECT_NO_THROW(target(bytes_of(file))) << file;
  }
}

TEST(FuzzReplay, Particles) {
  replay(fuzz::particles);
}
TEST(FuzzReplay, Mrc) {
  replay(fuzz::mrc);
}
TEST(FuzzReplay, ModeFiles) {
  replay(fuzz::mode_files);
}
TEST(FuzzReplay, Expressions) {
  replay(fuzz::expressions);
}
TEST(FuzzReplay, Numbers) {
  replay(fuzz::numbers);
}

}  // namespace
}  // namespace elastem
