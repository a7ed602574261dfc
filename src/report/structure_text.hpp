#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "alignment/structure_evaluation.hpp"

namespace elastem {

/// Where the figures of a comparison with true conformations come from.
struct StructureContext {
  std::string result_path, truth_path, structures_path, modes_path;
  std::size_t conformations = 0;  ///< in `structures_path`
  std::vector<int> modes;
};

/// The figures as a table for people, each with its unit. What is not known is a dash.
std::string structure_table(const StructureReport& report, const StructureContext& context);

/// The same as JSON for programs, with an object `units`; what is not known is null.
std::string structure_json(const StructureReport& report, const StructureContext& context);

}  // namespace elastem
