#include "core/available_memory.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

namespace elastem {

namespace {

namespace fs = std::filesystem;

constexpr double unlimited = std::numeric_limits<double>::infinity();

// The number that follows a key in a file of "key number" lines; `missing` where there is none.
double value_of(const fs::path& path, const std::string& key, double missing) {
  std::ifstream file(path);
  std::string word, rest;
  while (file >> word) {
    double value = 0;
    if (word == key && file >> value) return value;
    file.clear();
    std::getline(file, rest);
  }
  return missing;
}

// The number in a file; `missing` where there is none, such as "max".
double number_in(const fs::path& path, double missing) {
  std::ifstream file(path);
  double value = 0;
  return file >> value ? value : missing;
}

/// The files of a version of control groups.
struct GroupFiles {
  const char *limit, *used, *cache;
};
constexpr GroupFiles version_1 = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr GroupFiles version_2 = {"memory.max", "memory.current", "inactive_file"};

// What the limits of a group and of all above it leave.
double left_in_group(const fs::path& hierarchy, const std::string& group, const GroupFiles& files) {
  double left = unlimited;
  fs::path folder = hierarchy / fs::path(group).relative_path();
  while (true) {
    const double limit = number_in(folder / files.limit, unlimited);
    const double used = number_in(folder / files.used, 0) - value_of(folder / "memory.stat", files.cache, 0);
    left = std::min(left, limit - std::max(0.0, used));
    if (folder == hierarchy || !folder.has_relative_path()) return left;
    folder = folder.parent_path();
  }
}

// A line of /proc/self/cgroup is "number:controllers:group", without controllers for version 2.
double left_in_groups(const fs::path& root) {
  std::ifstream file(root / "proc/self/cgroup");
  double left = unlimited;
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1),
                      group = line.substr(second + 1);
    const fs::path groups = root / "sys/fs/cgroup";
    if (controllers.empty())
      left = std::min(left, left_in_group(groups, group, version_2));
    else if (("," + controllers + ",").find(",memory,") != std::string::npos)
      left = std::min(left, left_in_group(groups / "memory", group, version_1));
  }
  return left;
}

}  // namespace

double available_memory(const std::string& root) {
  const double kibibytes = value_of(fs::path(root) / "proc/meminfo", "MemAvailable:", unlimited);
  return std::min(1024 * kibibytes, std::max(0.0, left_in_groups(root)));
}

}  // namespace elastem
