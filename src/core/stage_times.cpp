#include "core/stage_times.hpp"

#include <algorithm>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

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
  add(stages_, stage, seconds);
}

void StageTimes::add_part(const std::string& part, double seconds) {
  require(!stages_.empty(), "a part is of a stage");
  add(stages_.back().parts, part, seconds);
}

void StageTimes::add(std::vector<Stage>& stages, const std::string& name, double seconds) {
  auto found = std::ranges::find(stages, name, &Stage::name);
  if (found == stages.end()) found = stages.insert(found, {name});
  found->seconds += seconds;
}

std::string StageTimes::text() const {
  std::string text;
  for (const Stage& stage : stages_) {
    std::string parts;
    for (const Stage& part : stage.parts)
      parts += (parts.empty() ? " (" : ", ") + part.name + " " + seconds_text(part.seconds);
    text += stage.name + " " + seconds_text(stage.seconds) + parts + (parts.empty() ? ", " : "), ");
  }
  return text + seconds_text(total_) + " in all";
}

}  // namespace elastem
