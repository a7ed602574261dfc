#pragma once

#include <string>
#include <vector>

#include "alignment/evaluated_rows.hpp"

namespace elastem {

/// A number of a table for people; a dash where it is not known (not finite).
std::string cell(double value, int digits);

/// A line of such a table: the name, and the cells in columns of their own, right-aligned.
std::string table_row(const std::string& name, const std::vector<std::string>& cells);

/// "12 particles: 10 done, 1 failed, 1 pending", and how many have no truth.
std::string particles_line(const EvaluatedRows& rows);

}  // namespace elastem
