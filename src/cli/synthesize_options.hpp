#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/atom_model_option.hpp"
#include "cli/command_line.hpp"

namespace elastem::cli {

/// Options of `elastem synthesize`.
struct SynthesizeOptions {
  std::string modes_file, output;
  std::int64_t count = 1000;
  std::string modes;  ///< selection by number, e.g. "7-9"
  std::string relation = "helix";
  std::optional<double> amplitude;  ///< Å; none: 4.9·√N
  int size = 64;
  double pixel_size = 2.2;
  std::optional<double> snr = 0.1;  ///< none: no noise
  double noise_before_ctf = 0;
  bool psi_uniform = true;
  double shift_px = 5;
  std::optional<double> defocus = 5000;  ///< Å; none: no CTF
  double voltage_kv = 200, cs_mm = 2, amplitude_contrast = 0.1;
  AtomModelOption atom_model;  ///< where it differs from the modes file's
  CommonOptions common;
  std::vector<std::string> effective;  ///< what shapes the result, as name=value
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<SynthesizeOptions> parse_synthesize_options(const std::vector<std::string>& arguments,
                                                          std::string& help);

}  // namespace elastem::cli
