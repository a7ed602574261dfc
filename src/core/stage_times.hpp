#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace elastem {

inline double seconds_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

/// Where the time of a run goes: seconds by stage, in the order of their first mention, and by the parts of a
/// stage.
class StageTimes {
 public:
  /// What has passed since the construction or the last lap belongs to this stage.
  void lap(const std::string& stage);
  /// Adds seconds that are measured elsewhere and are a part of the stage that was mentioned last.
  void add_part(const std::string& part, double seconds);

  /// "reading 0.21 s, alignment 11.9 s (search 4.40 s, fits 7.20 s), 12.5 s in all"; the total is of the
  /// laps.
  std::string text() const;

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  struct Stage {
    std::string name;
    double seconds = 0;
    std::vector<Stage> parts{};
  };
  static void add(std::vector<Stage>& stages, const std::string& name, double seconds);

  std::vector<Stage> stages_;
  double total_ = 0;
};

/// Adds the time of its own life to a sum.
class TimedScope {
 public:
  explicit TimedScope(double& seconds) : seconds_(seconds), start_(std::chrono::steady_clock::now()) {}
  ~TimedScope() { seconds_ += seconds_since(start_); }
  TimedScope(const TimedScope&) = delete;
  TimedScope& operator=(const TimedScope&) = delete;

 private:
  double& seconds_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace elastem
