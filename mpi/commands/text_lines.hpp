#pragma once

#include <string>
#include <vector>

namespace elastem {

/// The lines of a text that ends with a line end, as texts are broadcast.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    lines.push_back(text.substr(at, text.find('\n', at) - at));
  return lines;
}

}  // namespace elastem
