#pragma once

#include <optional>
#include <string>

#include "cli/option_table.hpp"
#include "learning/compute_device.hpp"
#include "learning/network.hpp"
#include "learning/schedule.hpp"
#include "learning/training_options.hpp"
#include "options/atom_model_option.hpp"
#include "options/matching_options.hpp"
#include "options/selection_options.hpp"

namespace elastem::cli {

/// Options of `elastem train`.
struct TrainOptions {
  TrainingOptions training;
  Schedule schedule;  ///< its learning rate is meant for batches of 64, see batch_learning_rate
  Architecture architecture;
  std::string labels;  ///< with training.source, or neither
  std::string recipe;  ///< options of synthesize in a file; empty: none
  std::string modes_file;
  double input_resolution = 9;         ///< Å
  std::optional<Precision> precision;  ///< none: what the device multiplies
  double validation = 0.1;
  int threads = 1;
  DeviceChoice device = DeviceChoice::automatic;
  AtomModelOption atom_model;  ///< where it differs from the modes file's
  SelectionOptions selection;  ///< of the labels
  Matching matching;
  bool with_outliers = false;  ///< use what the structure does not explain, too
  CommonOptions common;
};

void declare(OptionTable& table, TrainOptions& o);

/// The paths of a network's history: those of "network.pt" are network.history.h5 and network.history.png;
/// of a path without .pt the endings come after it.
std::string history_table_path(const std::string& network);
std::string history_plot_path(const std::string& network);

/// What to do with the result.
std::string next_step(const TrainOptions& o);

}  // namespace elastem::cli
