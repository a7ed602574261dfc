#include "mpi/storage/shared_new_file.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

int files_beginning_with(const std::string& name) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator("."))
    count += entry.path().filename().string().starts_with(name);
  return count;
}

// Each rank puts its number in its place.
void write_rank(const Communicator& comm, const std::string& path) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(comm.rank());
  file << comm.rank();
}

TEST(SharedNewFile, HasItsNameWhenAllHaveWritten) {
  const auto comm = Communicator::world();
  if (comm.root()) std::ofstream("shared.txt") << "an older and longer one";
  comm.barrier();
  SharedNewFile file(comm, "shared.txt");
  write_rank(comm, file.temporary());
  EXPECT_EQ(content("shared.txt"), "an older and longer one");
  file.publish();
  EXPECT_EQ(content("shared.txt"), std::string("0123").substr(0, static_cast<std::size_t>(comm.size())));
  EXPECT_EQ(files_beginning_with("shared.txt"), 1);
}

TEST(SharedNewFile, AnErrorOfAllLeavesNothing) {
  const auto comm = Communicator::world();
  EXPECT_THROW(
      {
        SharedNewFile file(comm, "broken.txt");
        write_rank(comm, file.temporary());
        collectively(comm, [] { throw Error("the disk is full"); });
      },
      Error);
  comm.barrier();
  EXPECT_EQ(files_beginning_with("broken.txt"), 0);
}

TEST(SharedNewFile, AFolderThatIsNotThereIsEverybodysError) {
  EXPECT_THROW(SharedNewFile(Communicator::world(), "no/such/folder/a.txt"), Error);
}

}  // namespace
}  // namespace elastem
