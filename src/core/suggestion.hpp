#pragma once

#include <string>
#include <vector>

namespace elastem {

/// " (did you mean X?)" for the candidate nearest to `word` by edit distance, or "" when none is near.
std::string suggestion(const std::string& word, const std::vector<std::string>& candidates);

/// "a, b or c".
std::string alternatives(const std::vector<std::string>& words);

/// For a message that refuses `name`: "\"gird\" (did you mean grid?); give helix, linear or grid".
std::string unknown_name(const std::string& name, const std::vector<std::string>& names);

}  // namespace elastem
