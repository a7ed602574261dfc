#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/interval.hpp"

namespace elastem::cli {

/// Reads all of `text` as a finite number; false when it is something else.
bool read_number(std::string_view text, double& number);

/// "5000" or "5000-25000" as an interval; false when it is neither, or runs backwards.
bool read_interval(std::string_view text, Interval& interval);
/// The same for option --`option`. Throws Error that names it.
Interval interval_of(const std::string& text, const std::string& option);

/// Throws Error unless option --`option` is one of `words`, with a suggestion.
void require_word(const std::string& text, const std::string& option, const std::vector<std::string>& words);

/// Whether an option's value names a particle file: it ends in .star or .xmd.
bool names_particle_file(const std::string& text);

}  // namespace elastem::cli
