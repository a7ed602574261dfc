#include "core/stage_times.hpp"

#include <algorithm>

#include <spdlog/fmt/fmt.h>

namespace elastem {
namespace {

std::string seconds_text(double seconds) {
  return fmt::format("{:.{}f} s", seconds, seconds < 9.995 ? 2 : 1);
}

}  // namespace

void StageTimes::lap(const std::string& stage) {
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - last_).count();
  last_ = now;
  total_ += seconds;
  add(stage, seconds);
}

void StageTimes::add(const std::string& stage, double seconds) {
  const auto found = std::ranges::find_if(stages_, [&](const auto& known) { return known.first == stage; });
  if (found == stages_.end())
    stages_.emplace_back(stage, seconds);
  else
    found->second += seconds;
}

std::string StageTimes::text() const {
  std::string text;
  for (const auto& [stage, seconds] : stages_) text += stage + " " + seconds_text(seconds) + ", ";
  return text + seconds_text(total_) + " in all";
}

}  // namespace elastem
