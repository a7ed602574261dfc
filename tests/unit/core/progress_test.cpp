#include "core/progress.hpp"

#include <gtest/gtest.h>

namespace elastem {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

TEST(Progress, SaysHowManyOfHowMany) {
  CaptureStderr();
  Progress progress("particles", 40, true, 0);  // an interval of 0: a line an update
  progress.update(0);
  progress.update(10);
  progress.finish();
  progress.finish();
  const std::string text = GetCapturedStderr();
  EXPECT_NE(text.find("particles: 10 of 40 (25 %), "), std::string::npos) << text;
  EXPECT_NE(text.find(" left\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("10 of 40 in "), text.rfind("10 of 40 in ")) << text;  // the last line comes once
}

TEST(Progress, KeepsQuietBetweenIntervals) {
  CaptureStderr();
  Progress progress("particles", 40, true, 3600);
  for (int i = 0; i < 40; ++i) progress.update(i);
  EXPECT_EQ(GetCapturedStderr(), "");
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
