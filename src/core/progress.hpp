#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace elastem {

/// Progress of a long job with rate and time left: one line kept up to date on a terminal, a plain line every
/// `interval` seconds in a log. Written to standard error; only the rank that prints owns one.
class Progress {
 public:
  Progress(std::string what, std::int64_t total, bool enabled, double interval_seconds = 10);
  /// Reports `done` of the total; cheap to call often.
  void update(std::int64_t done);
  /// Writes the last line with the total time; later calls do nothing.
  void finish();

 private:
  std::string what_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::int64_t first_done_ = -1;
  bool enabled_;
  bool terminal_;
  double interval_;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace elastem
