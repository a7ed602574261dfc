#include "core/progress.hpp"

#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace elastem {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

TEST(Progress, SaysHowManyOfHowMany) {
  CaptureStderr();
  Progress progress("particles", 40, true, 0);  // an interval of 0: a line per update
  progress.update(0);
  progress.update(10);
  progress.finish();
  progress.finish();
  const std::string text = GetCapturedStderr();
  EXPECT_NE(text.find("particles: 10 of 40 (25 %), "), std::string::npos) << text;
  EXPECT_NE(text.find(" left\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("10 of 40 in "), text.rfind("10 of 40 in ")) << text;  // the last line comes once
}

// The line `work` writes to standard error when that is a terminal.
template <class Work>
std::string on_a_terminal(Work work) {
  int terminal = -1, end = -1;
  if (openpty(&terminal, &end, nullptr, nullptr, nullptr) != 0) return "no terminal";
  const int before = dup(STDERR_FILENO);
  dup2(end, STDERR_FILENO);
  work();
  dup2(before, STDERR_FILENO);
  close(before);
  // A terminal may hand over what was written in several pieces, some of them late: read up to the end of the
  // line.
  std::string text;
  for (pollfd ready{terminal, POLLIN, 0};
       text.find('\n') == std::string::npos && poll(&ready, 1, 10'000) > 0;) {
    char piece[512];
    const auto count = read(terminal, piece, sizeof piece);
    if (count <= 0) break;
    text.append(piece, static_cast<std::size_t>(count));
  }
  close(end);
  close(terminal);
  return text;
}

TEST(Progress, KeepsOneLineOnATerminal) {
  const std::string text = on_a_terminal([] {
    Progress progress("particles", 40, true, 3600);  // the interval is of logs
    usleep(210'000);
    progress.update(10);
    progress.update(11);
    progress.finish();
  });
  // Each begins by wiping the line; the end of the line comes with the last one only.
  EXPECT_EQ(text.find("\r\033[Kparticles: 10 of 40 (25 %)"), 0U) << text;
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
  EXPECT_NE(text.find("\r\033[Kparticles: 11 of 40 in "), std::string::npos) << text;
}

TEST(Progress, KeepsQuietBetweenIntervals) {
  CaptureStderr();
  Progress progress("particles", 40, true, 3600);
  for (int i = 0; i < 40; ++i) progress.update(i);
  EXPECT_EQ(GetCapturedStderr(), "");
}

TEST(Progress, CountsFromTheFirstUpdate) {
  CaptureStderr();
  Progress progress("particles", 40, true, 0);
  progress.update(30);  // done by an earlier run
  progress.finish();
  EXPECT_EQ(GetCapturedStderr(), "particles: 30 of 40 (75 %)\nparticles: 30 of 40 in 0 s\n");  // no rate
}

TEST(Progress, KeepsQuietWhenDisabled) {
  CaptureStderr();
  Progress progress("particles", 40, false, 0);
  progress.update(40);
  progress.finish();
  EXPECT_EQ(GetCapturedStderr(), "");
}

}  // namespace
}  // namespace elastem
