#include "mpi/run/run_files.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

// A command that reads and writes.
struct TestCommand {
  std::string input = "in.txt", output;
  cli::CommonOptions common;
  cli::OptionTable table{"test", ""};

  explicit TestCommand(const std::vector<std::string>& words) {
    table.option("input,i", input, "FILE", "").file();
    table.option("output,o", output, "FILE", "").file().written();
    table.also_writes("output", [this] { return std::vector{output + ".log"}; });
    table.common(common, {"dry-run", "resume", "overwrite"});
    table.parse(words);
  }
};

std::string refusal(const std::vector<std::string>& words) {
  const TestCommand command(words);
  return error_of([&] { const RunFiles files(Communicator::world(), command.table); });
}

class RunFilesTest : public testing::Test {
 protected:
  RunFilesTest() {
    on_root(comm_, [] {
      fs::remove_all("run_files");
      fs::create_directory("run_files");
      fs::current_path("run_files");
      for (const char* name : {"in.txt", "old.txt", "stack.mrcs"}) std::ofstream(name) << name;
      fs::create_hard_link("in.txt", "hard.txt");
      fs::create_symlink("old.txt", "soft.txt");
      fs::create_directory("folder");
    });
    comm_.barrier();
    if (!comm_.root()) fs::current_path("run_files");
    comm_.barrier();
  }
  ~RunFilesTest() override {
    comm_.barrier();
    fs::current_path("..");
    comm_.barrier();
  }
  Communicator comm_ = Communicator::world();
};

TEST_F(RunFilesTest, AnOutputIsNoInputByAnyName) {
  for (const char* name : {"in.txt", "./in.txt", "folder/../in.txt", "hard.txt"})
    EXPECT_THAT(refusal({"-i", "in.txt", "-o", name, "--overwrite"}),
                AllOf(HasSubstr("option --output"), HasSubstr(name), HasSubstr("--input")));
  EXPECT_THAT(refusal({"-i", "old.txt", "-o", "old.txt", "--resume"}), HasSubstr("--input"));
}

TEST_F(RunFilesTest, AFileBesideTheOutputIsNoInputEither) {
  on_root(comm_, [] { std::ofstream("x.log") << "precious"; });
  EXPECT_THAT(refusal({"-i", "x.log", "-o", "x", "--overwrite"}),
              AllOf(HasSubstr("x.log"), HasSubstr("--input")));
}

TEST_F(RunFilesTest, WhatIsThereIsReplacedOnRequestOnly) {
  EXPECT_THAT(refusal({"-o", "old.txt"}), HasSubstr("--overwrite"));
  EXPECT_THAT(refusal({"-o", "old.txt", "--dry-run"}), HasSubstr("--overwrite"));
  EXPECT_EQ(refusal({"-o", "old.txt", "--overwrite"}), "no error");
  EXPECT_EQ(refusal({"-o", "old.txt", "--resume"}), "no error");
  EXPECT_EQ(refusal({"-o", "new.txt"}), "no error");
}

TEST_F(RunFilesTest, OnlyRegularFilesAreWrittenAndRead) {
  EXPECT_THAT(refusal({"-o", "folder", "--overwrite"}), HasSubstr("is a folder"));
  EXPECT_THAT(refusal({"-o", "soft.txt", "--overwrite"}), HasSubstr("is a symbolic link"));
  EXPECT_THAT(refusal({"-o", "/dev/zero", "--overwrite"}), HasSubstr("is a device"));
  EXPECT_THAT(refusal({"-o", "absent/new.txt"}), HasSubstr("no folder absent"));
  EXPECT_THAT(refusal({"-i", "/dev/zero", "-o", "new.txt"}),
              AllOf(HasSubstr("option --input"), HasSubstr("is a device")));
}

TEST_F(RunFilesTest, FilesThatNoOptionNamesAreKeptToo) {
  const TestCommand command({"-o", "stack.mrcs", "--overwrite"});
  EXPECT_THAT(error_of([&] {
                require_kept(comm_, command.table, {"in.txt", "./stack.mrcs"});
              }),
              HasSubstr("stack.mrcs would be written over"));
  EXPECT_NO_THROW(require_kept(comm_, command.table, {"in.txt"}));
}

TEST_F(RunFilesTest, AnOutputIsHeldByOneRunAtATime) {
  const TestCommand command({"-o", "new.txt"});
  {
    const RunFiles files(comm_, command.table);
    EXPECT_THAT(refusal({"-o", "new.txt"}), HasSubstr("another run"));
    EXPECT_EQ(refusal({"-o", "new.txt", "--dry-run"}), "no error");
    EXPECT_EQ(refusal({"-o", "other.txt"}), "no error");
  }
  EXPECT_EQ(refusal({"-o", "new.txt"}), "no error");
}

TEST_F(RunFilesTest, AFolderIsHeldByOneRunAtATime) {
  struct FolderCommand {
    std::string output;
    cli::CommonOptions common;
    cli::OptionTable table{"test", ""};
    explicit FolderCommand(const std::string& folder) {
      table.option("output,o", output, "DIR", "").folder().written({.makes_folders = true});
      table.common(common, {"dry-run", "resume", "overwrite"});
      table.parse({"-o", folder});
    }
  };
  const auto told = [&](const std::string& folder) {
    const FolderCommand command(folder);
    return error_of([&] { const RunFiles files(comm_, command.table); });
  };
  {
    const FolderCommand command("made/here");
    const RunFiles files(comm_, command.table);
    for (const char* name : {"made/here", "made/here/", "made/../made/here"})
      EXPECT_THAT(told(name), HasSubstr("another run is writing into the folder"));
    EXPECT_EQ(told("made/there"), "no error");
  }
  comm_.barrier();
  EXPECT_FALSE(fs::exists("made"));  // nobody used it
  comm_.barrier();
  EXPECT_EQ(told("made/here"), "no error");
}

}  // namespace
}  // namespace elastem
