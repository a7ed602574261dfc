#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "options/atom_model_option.hpp"
#include "options/matching_options.hpp"

namespace elastem::cli {

/// Options of `elastem train`.
struct TrainOptions {
  std::string particles, labels;  ///< both, or neither
  std::string recipe;             ///< options of synthesize in a file; empty: none
  std::string modes_file, output, datadir;
  bool negative_defocus = false;  ///< of an XMD
  bool invert = false;            ///< dark molecules
  std::int64_t epochs = 0;        ///< 0: no limit (only with minutes)
  double minutes = 0;             ///< 0: no limit
  std::int64_t batch = 64;
  double learning_rate = 1e-3;
  std::string schedule = "cosine";
  std::int64_t warm_up = 100;  ///< steps
  std::int64_t patience = 0;   ///< epochs; 0: none
  std::string architecture = "small";
  double input_resolution = 9;  ///< Å
  std::string precision = "auto";
  std::string device = "auto";  ///< auto, cpu or cuda; does not shape the result but for rounding
  double validation = 0.1;
  double stream = 0;         ///< share of synthetic images in a batch
  double pretrain = 0;       ///< share of the training in which all are
  double save_seconds = 30;  ///< between two checkpoints
  int threads = 1;
  AtomModelOption atom_model;  ///< where it differs from the modes file's
  Matching matching;
  bool with_outliers = false;  ///< use what the structure does not explain, too
  CommonOptions common;
  std::vector<std::string> effective;  ///< what shapes the result, as name=value
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<TrainOptions> parse_train_options(const std::vector<std::string>& arguments, std::string& help);

}  // namespace elastem::cli
