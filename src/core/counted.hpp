#pragma once

#include <concepts>
#include <string>

#include <spdlog/fmt/fmt.h>

namespace elastem {

/// "1 particle", "2 particles": a number with its noun, whose plural ends in s.
template <std::integral Integer>
std::string counted(Integer number, const std::string& noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

/// The verb that goes with so many: "was" or "were", or another pair.
template <std::integral Integer>
const char* verb(Integer number, const char* one = "was", const char* many = "were") {
  return number == 1 ? one : many;
}

}  // namespace elastem
