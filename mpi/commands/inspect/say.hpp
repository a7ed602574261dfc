#pragma once

#include <cstdio>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace elastem {

/// Writes a line to standard output: what a command was asked for, not its log.
template <class... Parts>
void say(fmt::format_string<Parts...> format, Parts&&... parts) {
  std::fputs((fmt::format(format, std::forward<Parts>(parts)...) + "\n").c_str(), stdout);
}

}  // namespace elastem
