#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "learning/compute_device.hpp"
#include "options/atom_model_option.hpp"
#include "options/matching_options.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Options of `elastem predict`.
struct PredictOptions {
  ParticleSource source;
  std::string modes_file, network, output;
  bool refine = false;
  bool learn_prior = false;    ///< improve every refined answer by the distribution of all
  bool network_prior = false;  ///< improve it by the distribution that the network was trained on
  int threads = 1;
  DeviceChoice device = DeviceChoice::automatic;
  Matching matching;
  AtomModelOption atom_model;  ///< where it differs from the modes file's
  CommonOptions common;
};

void declare(OptionTable& table, PredictOptions& o);

/// What to do with the result.
std::string next_step(const PredictOptions& o);

}  // namespace elastem::cli
