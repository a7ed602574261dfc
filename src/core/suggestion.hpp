#pragma once

#include <string>
#include <vector>

namespace elastem {

/// " (did you mean X?)" for the candidate nearest to `word` by edit distance, or "" when none is near.
std::string suggestion(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace elastem
