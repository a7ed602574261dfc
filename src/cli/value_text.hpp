#pragma once

#include <string>
#include <string_view>

#include "core/interval.hpp"

namespace elastem::cli {

/// Reads all of `text` as a finite number; false when it is something else.
bool read_number(std::string_view text, double& number);

/// "5000" or "5000-25000" as an interval; false when it is neither, or runs backwards.
bool read_interval(std::string_view text, Interval& interval);
/// Whether an option's value names a particle file: it ends in .star or .xmd.
bool names_particle_file(const std::string& text);

}  // namespace elastem::cli
