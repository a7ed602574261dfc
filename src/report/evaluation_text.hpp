#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "alignment/evaluation.hpp"

namespace elastem {

/// What stands beside the errors of a result: where they come from, and what turns them into the units that
/// people compare.
struct EvaluationContext {
  std::string result_path, truth_path;
  std::vector<int> modes;
  std::int64_t atom_count = 0;                                   ///< 0: unknown
  double pixel_size = std::numeric_limits<double>::quiet_NaN();  ///< Å; NaN: unknown
};

/// The errors as a table for people: all images, then those whose pose was found. What is not known is a
/// dash.
std::string evaluation_table(const EvaluationReport& report, const EvaluationContext& context);

/// The same as JSON for programs; what is not known is null.
std::string evaluation_json(const EvaluationReport& report, const EvaluationContext& context);

}  // namespace elastem
