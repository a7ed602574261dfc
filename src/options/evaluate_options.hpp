#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/option_table.hpp"
#include "options/matching_options.hpp"

namespace elastem::cli {

/// Options of `elastem evaluate`.
struct EvaluateOptions {
  std::string input, truth;
  std::string structures;  ///< known conformations; empty: the truth is amplitudes
  std::string modes_file;  ///< of the result's amplitudes; with `structures`
  bool json = false;
  bool without_prior = false;              ///< what each image alone says
  std::optional<double> pixel_size;        ///< Å; none: as stored with the truth
  std::optional<std::int64_t> atom_count;  ///< none: as stored with the truth
  Matching matching;
  CommonOptions common;
};

void declare(OptionTable& table, EvaluateOptions& o);

/// What to do with the result.
std::string next_step(const EvaluateOptions& o);

}  // namespace elastem::cli
