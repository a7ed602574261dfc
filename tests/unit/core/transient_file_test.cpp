#include "core/transient_file.hpp"

#include <csignal>
#include <filesystem>
#include <pthread.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "core/new_file.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;

// How a child ends that holds files in `folder` and gets `signal`, before which it calls `prepare`.
int status_of_child(
    const std::string& folder, int signal, void (*prepare)() = [] {}) {
  const pid_t child = ::fork();
  if (child == 0) {
    const ReservedOutput reserved(folder + "/a.txt");
    const ReservedOutput of_folder = ReservedOutput::of_folder(folder);
    NewFile half(folder + "/a.txt");
    half.write("half");
    prepare();
    ::raise(signal);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(TransientFile, GoesWithAProcessThatASignalEnds) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    const Scratch scratch;
    const int status = status_of_child(scratch.path(""), signal);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << "signal " << signal;
    EXPECT_TRUE(fs::is_empty(scratch.path(""))) << "signal " << signal;
  }
}

// Who presses Ctrl-C twice, or whose launcher sends it to the process and to its group.
TEST(TransientFile, GoesWithAProcessThatGetsASignalInTwoThreadsAtOnce) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const Scratch scratch;
    const pid_t child = ::fork();
    if (child == 0) {
      std::vector<ReservedOutput> reserved;
      for (int i = 0; i < 60; ++i) reserved.emplace_back(scratch.path(std::to_string(i)));
      std::thread([main = ::pthread_self()] {
        ::pthread_kill(main, SIGINT);
        ::raise(SIGINT);
      }).join();
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    EXPECT_TRUE(fs::is_empty(scratch.path(""))) << "attempt " << attempt;
  }
}

TEST(TransientFile, AnotherFileOfItsNameStays) {
  const Scratch scratch;
  const std::string path = scratch.path("");
  ::setenv("TRANSIENT_FOLDER", path.c_str(), 1);
  status_of_child(path, SIGINT, [] {
    const fs::path mark = fs::path(std::getenv("TRANSIENT_FOLDER")) / "a.txt.writes.partial";
    fs::remove(mark);
    write_text_file(mark, "another's");
  });
  EXPECT_TRUE(fs::exists(path + "/a.txt.writes.partial"));
}

TEST(TransientFile, LeavesSignalsToThoseWhoHandleThem) {
  const Scratch scratch;
  const int status = status_of_child(scratch.path(""), SIGTERM, [] { ::signal(SIGTERM, SIG_IGN); });
  EXPECT_TRUE(WIFEXITED(status));
}

TEST(TransientFile, APublishedFileStays) {
  const Scratch scratch;
  const std::string path = scratch.path("a.txt");
  const pid_t child = ::fork();
  if (child == 0) {
    write_text_file(path, "whole");
    const ReservedOutput other(path + "2");
    ::raise(SIGTERM);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(fs::exists(path));
}

}  // namespace
}  // namespace elastem
