#include "particles/stack_names.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {
namespace {

std::string file_name(const std::string& stack) {
  return std::filesystem::path(stack).filename().string();
}

// How many components of two paths agree, counted from the end.
std::ptrdiff_t common_end(const std::string& a, const std::string& b) {
  const std::filesystem::path one(a), other(b);
  const std::vector<std::filesystem::path> x(one.begin(), one.end()), y(other.begin(), other.end());
  return std::mismatch(x.rbegin(), x.rend(), y.rbegin(), y.rend()).first - x.rbegin();
}

using StacksByName = std::unordered_map<std::string, std::vector<std::string>>;

// The candidate that agrees best with a stack, and how far.
struct Best {
  std::string name;
  std::ptrdiff_t components = 0;
};

Best best_of(const std::string& stack, const std::string& file, const std::vector<std::string>& candidates,
             const std::string& other_file) {
  Best best;
  std::string rival;
  for (const auto& candidate : candidates) {
    const auto components = common_end(stack, candidate);
    if (components == best.components) rival = candidate;
    if (components <= best.components) continue;
    best = {candidate, components};
    rival.clear();
  }
  if (rival.empty()) return best;
  throw Error(
      fmt::format("{} has a stack {}, which may be {} or {} of {}: name the stacks of {} by the "
                  "folders they lie in",
                  file, stack, best.name, rival, other_file, file));
}

}  // namespace

std::vector<std::string> matched_stacks(const std::vector<std::string>& names, const std::string& file,
                                        const std::vector<std::string>& others,
                                        const std::string& other_file) {
  const std::unordered_set<std::string> own(names.begin(), names.end()), all(others.begin(), others.end());
  StacksByName left_over;
  for (const auto& other : others)
    if (!own.contains(other)) left_over[file_name(other)].push_back(other);

  std::vector<std::string> matched(names.size());
  struct Claim {
    std::size_t place;
    std::ptrdiff_t components;
  };
  std::unordered_map<std::string, Claim> claims;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (all.contains(names[i])) {
      matched[i] = names[i];
      continue;
    }
    const auto candidates = left_over.find(file_name(names[i]));
    if (candidates == left_over.end()) continue;
    const Best best = best_of(names[i], file, candidates->second, other_file);
    const auto [claim, first] = claims.emplace(best.name, Claim{i, best.components});
    if (!first && claim->second.components == best.components)
      throw Error(
          fmt::format("{} has stacks {} and {}, either of which may be {} of {}: name the stacks of "
                      "{} by the folders they lie in",
                      file, names[claim->second.place], names[i], best.name, other_file, other_file));
    if (!first && claim->second.components > best.components) continue;
    if (!first) matched[claim->second.place].clear();
    claim->second = {i, best.components};
    matched[i] = best.name;
  }
  return matched;
}

}  // namespace elastem
