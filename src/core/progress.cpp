#include "core/progress.hpp"

#include <cmath>
#include <cstdio>
#include <unistd.h>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/stage_times.hpp"

namespace elastem {
namespace {

constexpr double terminal_interval = 0.2;  // seconds between two updates of the line on a terminal

std::string duration(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string rate(double per_second) {
  if (per_second > 0 && per_second < 1) return fmt::format("{:.1f} s each", 1 / per_second);
  return fmt::format("{:.{}f}/s", per_second, per_second < 10 ? 1 : 0);
}

}  // namespace

Progress::Progress(std::string what, std::int64_t total, bool enabled, double interval_seconds)
    : what_(std::move(what)),
      total_(total),
      enabled_(enabled),
      terminal_(isatty(STDERR_FILENO) == 1),
      interval_(interval_seconds),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {}

void Progress::update(std::int64_t done) {
  done_ = done;
  if (first_done_ < 0) first_done_ = done;  // a resumed job: its rate counts from here
  if (!enabled_ || seconds_since(last_) < (terminal_ ? terminal_interval : interval_)) return;
  last_ = std::chrono::steady_clock::now();
  const double per_second = static_cast<double>(done - first_done_) / seconds_since(start_);
  std::string line = fmt::format("{}: {} of {}", what_, done, total_);
  if (total_ > 0) line += fmt::format(" ({} %)", 100 * done / total_);
  if (per_second > 0)
    line += fmt::format(", {}, {} left", rate(per_second),
                        duration(static_cast<double>(total_ - done) / per_second));
  std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", line.c_str());
  std::fflush(stderr);
}

void Progress::finish() {
  if (!enabled_) return;
  enabled_ = false;
  const double seconds = seconds_since(start_);
  const std::int64_t here = done_ - (first_done_ < 0 ? 0 : first_done_);
  std::string line = fmt::format("{}: {} of {} in {}", what_, done_, total_, duration(seconds));
  if (here > 0 && seconds > 0) line += fmt::format(" ({})", rate(static_cast<double>(here) / seconds));
  std::fprintf(stderr, terminal_ ? "\r\033[K%s\n" : "%s\n", line.c_str());
  std::fflush(stderr);
}

}  // namespace elastem
