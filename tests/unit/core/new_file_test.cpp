#include "core/new_file.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

// The temporary file of a process that was killed while it wrote.
fs::path left_by_a_killed_process(const std::string& target) {
  const pid_t child = ::fork();
  if (child == 0) {
    NewFile file(target);
    file.write("half");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  for (const auto& name : names_in(fs::path(target).parent_path()))
    if (name.ends_with(".partial")) return fs::path(target).parent_path() / name;
  return {};
}

TEST(NewFile, HasItsNameWhenItIsPublishedAndNotBefore) {
  const Scratch scratch;
  const std::string path = scratch.path("table.csv");
  NewFile file(path);
  file.write("a,b\n");
  file.write(std::string("1,\0\n", 4));
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(file.temporary().parent_path(), fs::path(path).parent_path());
  const std::string name = file.temporary().filename().string();
  EXPECT_TRUE(name.starts_with("table.csv.") && name.ends_with(".partial")) << name;
  file.publish();
  EXPECT_EQ(content(path), std::string("a,b\n1,\0\n", 8));
  EXPECT_EQ(names_in(scratch.path("")), std::set<std::string>{"table.csv"});
  EXPECT_THROW(file.write("more"), Bug);
  EXPECT_THROW(file.publish(), Bug);
}

TEST(NewFile, ReplacesAnOldFileAtOnce) {
  const Scratch scratch;
  const std::string path = scratch.write("a.txt", "a longer old text");
  NewFile file(path);
  std::ofstream(file.temporary(), std::ios::binary) << "new";  // by whatever means
  EXPECT_EQ(content(path), "a longer old text");
  file.publish();
  EXPECT_EQ(content(path), "new");
}

TEST(NewFile, HasThePermissionsThatUmaskLeaves) {
  const Scratch scratch;
  const mode_t before = ::umask(027);
  write_text_file(scratch.path("a.txt"), "text");
  ::umask(before);
  EXPECT_EQ(fs::status(scratch.path("a.txt")).permissions(), static_cast<fs::perms>(0640));
}

TEST(NewFile, AnExceptionLeavesTheOldFileAndNothingElse) {
  const Scratch scratch;
  const std::string path = scratch.write("a.txt", "old");
  EXPECT_THROW(
      {
        NewFile file(path);
        file.write("new");
        throw Error("something else went wrong");
      },
      Error);
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(names_in(scratch.path("")), std::set<std::string>{"a.txt"});
}

TEST(NewFile, AFileThatCannotBeWrittenLeavesTheOldOne) {
  const Scratch scratch;
  const std::string path = scratch.write("a.txt", "old");
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 1000;
  std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);  // the system's answer differs from a full disk's by its reason alone
  expect_error([&] { write_text_file(path, std::string(2000, 'x')); },
               {"cannot write " + path, "File too large", "the disk not full?"});
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(names_in(scratch.path("")), std::set<std::string>{"a.txt"});
}

TEST(NewFile, NamesAFolderThatIsMissing) {
  const Scratch scratch;
  expect_error([&] { NewFile file(scratch.path("none/a.txt")); },
               {"cannot write " + scratch.path("none/a.txt"), "No such file or directory", "folder"});
}

TEST(NewFile, RefusesWhatIsNoRegularFile) {
  const Scratch scratch;
  expect_error([] { NewFile file("/dev/full"); }, {"cannot write /dev/full", "it is a device"});
  fs::create_directory(scratch.path("folder"));
  expect_error([&] { NewFile file(scratch.path("folder")); }, {"it is a folder", "choose another name"});
  ASSERT_EQ(::mkfifo(scratch.path("pipe").c_str(), 0600), 0);
  expect_error([&] { NewFile file(scratch.path("pipe")); }, {"it is a pipe"});
  EXPECT_EQ(names_in(scratch.path("")), (std::set<std::string>{"folder", "pipe"}));
}

TEST(NewFile, DoesNotFollowALinkAtItsName) {
  const Scratch scratch;
  const std::string victim = scratch.write("victim", "precious"), path = scratch.path("a.txt");
  fs::create_symlink(victim, path);
  expect_error([&] { write_text_file(path, "new"); }, {path, "it is a symbolic link", "remove the link"});
  EXPECT_EQ(content(victim), "precious");
  fs::remove(path);
  NewFile file(path);
  fs::create_symlink(victim, path);  // planted later
  EXPECT_THROW(file.publish(), Error);
  EXPECT_EQ(content(victim), "precious");
}

TEST(NewFile, DoesNotPublishALinkPlantedAtTheTemporarysName) {
  const Scratch scratch;
  const std::string victim = scratch.write("victim", "precious"), path = scratch.path("a.txt");
  {
    NewFile file(path);
    file.write("new");
    fs::remove(file.temporary());
    fs::create_symlink(victim, file.temporary());
    expect_error([&] { file.publish(); }, {path, "another program removed"});
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(content(victim), "precious");
}

TEST(NewFile, RemovesWhatAKilledProcessLeft) {
  const Scratch scratch;
  const std::string path = scratch.path("a.txt");
  const fs::path left = left_by_a_killed_process(path);
  ASSERT_TRUE(fs::exists(left));
  write_text_file(scratch.path("other.txt"), "");  // another file's are not its concern
  EXPECT_TRUE(fs::exists(left));
  write_text_file(path, "new");
  EXPECT_EQ(names_in(scratch.path("")), (std::set<std::string>{"a.txt", "other.txt"}));
}

TEST(NewFile, LeavesAloneWhatIsNotAbandoned) {
  const Scratch scratch;
  const std::string path = scratch.path("a.txt"), victim = scratch.write("victim", "precious");
  NewFile living(path);
  living.write("living");
  fs::create_symlink(victim, scratch.path("a.txt.abcdef.partial"));
  const std::set<std::string> mine = {
      scratch.write("a.txt.partial", ""), scratch.write("a.txt.ABCDEF.partial", ""),
      scratch.write("a.txt.abcdefg.partial", ""), scratch.write("b.txt.abcdef.partial", "")};
  write_text_file(path, "another's");
  for (const auto& name : mine) EXPECT_TRUE(fs::exists(name)) << name;
  EXPECT_TRUE(fs::is_symlink(scratch.path("a.txt.abcdef.partial")));
  EXPECT_EQ(content(victim), "precious");
  living.publish();
  EXPECT_EQ(content(path), "living");
}

TEST(NewFile, TheNullDeviceStaysWhatItIs) {
  write_text_file("/dev/null", "forgotten");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(ReservedOutput, IsHeldByOneAtATime) {
  const Scratch scratch;
  const std::string path = scratch.path("a.txt");
  {
    const ReservedOutput mine(path);
    EXPECT_THROW(ReservedOutput{path}, Error);
    write_text_file(path, "the holder writes");
    EXPECT_THROW(ReservedOutput{path}, Error);
    const ReservedOutput other(scratch.path("b.txt"));
  }
  const ReservedOutput next(path);
  EXPECT_EQ(content(path), "the holder writes");
}

TEST(ReservedOutput, LeavesNothingBehind) {
  const Scratch scratch;
  { const ReservedOutput mine(scratch.path("a.txt")); }
  EXPECT_TRUE(names_in(scratch.path("")).empty());
}

TEST(ReservedOutput, IsNoOneElsesFile) {
  const Scratch scratch;
  const std::string victim = scratch.write("victim", "precious");
  fs::create_symlink(victim, scratch.path("a.txt.writes.partial"));
  fs::create_hard_link(victim, scratch.path("b.txt.writes.partial"));
  EXPECT_THROW(ReservedOutput{scratch.path("a.txt")}, Error);
  EXPECT_THROW(ReservedOutput{scratch.path("b.txt")}, Error);
  EXPECT_EQ(content(victim), "precious");
  EXPECT_TRUE(fs::exists(scratch.path("b.txt.writes.partial")));
}

TEST(MadeFolders, AreTakenAwayWhereNobodyUsedThem) {
  const Scratch scratch;
  fs::create_directory(scratch.path("there"));
  {
    const MadeFolders unused(scratch.path("there/a/b")), used(scratch.path("there/c/d"));
    EXPECT_TRUE(fs::is_directory(scratch.path("there/a/b")));
    write_text_file(scratch.path("there/c/file"), "kept");
  }
  EXPECT_EQ(names_in(scratch.path("there")), std::set<std::string>{"c"});
  EXPECT_EQ(names_in(scratch.path("there/c")), std::set<std::string>{"file"});
}

TEST(NewFile, ATextWithoutLettersIsAnEmptyFile) {
  const Scratch scratch;
  write_text_file(scratch.path("a.txt"), "");
  EXPECT_TRUE(fs::exists(scratch.path("a.txt")));
  EXPECT_EQ(fs::file_size(scratch.path("a.txt")), 0U);
}

}  // namespace
}  // namespace elastem
