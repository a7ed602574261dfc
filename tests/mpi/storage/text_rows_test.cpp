#include "mpi/storage/text_rows.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

// A row whose length depends on its number; some rows are empty.
std::string row(std::int64_t i) {
  if (i % 7 == 3) return "";
  return std::to_string(i) + std::string(static_cast<std::size_t>(i % 13), 'x') + "\n";
}

std::string rows_of(Range block) {
  std::string text;
  for (std::int64_t i = block.first; i < block.first + block.count; ++i) text += row(i);
  return text;
}

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(TextRows, AllRowsStandInOrderAfterTheHead) {
  const Communicator comm = Communicator::world();
  for (const std::int64_t n : {0, 1, 2, 5000}) {  // fewer rows than ranks, and several blocks per rank
    const std::string path = "rows-" + std::to_string(n) + ".txt";
    for (const std::string head :
         {"a longer head\n\n", "head\n"}) {  // the second time over an older, longer file
      write_text_rows(comm, path, head, n, rows_of);
      comm.barrier();
      EXPECT_EQ(content(path), head + rows_of({0, n})) << n;
      comm.barrier();
    }
    for (const auto& entry : std::filesystem::directory_iterator("."))
      EXPECT_FALSE(entry.path().filename().string().starts_with(path + ".")) << entry.path();
  }
}

TEST(TextRows, AFolderThatIsNotThereIsAnErrorOnAllRanks) {
  EXPECT_THROW(write_text_rows(Communicator::world(), "no/such/folder/rows.txt", "", 3, rows_of), Error);
}

TEST(TextRows, AnErrorInOneRowIsAnErrorOnAllRanksAndLeavesNoFile) {
  const auto failing = [](Range block) -> std::string {
    if (block.first <= 9 && 9 < block.first + block.count) throw Error("row 9 is broken");
    return rows_of(block);
  };
  const auto comm = Communicator::world();
  EXPECT_THROW(write_text_rows(comm, "broken.txt", "", 20, failing), Error);
  comm.barrier();  // rank 0 has taken it away
  for (const auto& entry : std::filesystem::directory_iterator("."))
    EXPECT_FALSE(entry.path().filename().string().starts_with("broken.txt")) << entry.path();
}

}  // namespace
}  // namespace elastem
