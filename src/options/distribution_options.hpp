#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "core/interval.hpp"

namespace elastem::cli {

/// How the conformations of a synthetic set are distributed.
struct ConformationOptions {
  std::string relation = "helix";
  std::optional<double> amplitude;  ///< Å; none: 4.9·√N
  std::optional<int> grid_points;   ///< a mode; none: as many as the particles visit
  std::string amplitudes;           ///< file of relation table
  std::string structures;           ///< folder or file of relation structures
};

/// How its poses are distributed.
struct PoseOptions {
  std::vector<std::array<double, 3>> views;  ///< rot, tilt, weight; empty: uniform, or from a file
  std::string views_file;                    ///< particle file; empty: none
  double view_spread = 0;                    ///< degrees
  double view_share = 1;
  bool psi_uniform = true;
  double shift_px = 5;
  std::string shift_distribution = "uniform";
};

/// How its optics are distributed.
struct OpticsOptions {
  bool ctf = true;
  Interval defocus{5000, 5000};  ///< Å
  std::string file;              ///< particle file whose CTFs are taken; empty: none
  Interval astigmatism;          ///< Å
  std::optional<double> angle;   ///< of the astigmatism, degrees; none: uniform
  Interval phase_shift;          ///< degrees
  double b_factor = 0;           ///< Å²
  double voltage_kv = 200, cs_mm = 2, amplitude_contrast = 0.1;
  std::string correction = "none";
  double wiener_constant = 0.1;
};

void add_conformation_options(CommandLine& line, ConformationOptions& options);
void add_pose_options(CommandLine& line, PoseOptions& options);
void add_optics_options(CommandLine& line, OpticsOptions& options);

/// Throw Error for values that make no sense and for options that mean nothing next to the others. After
/// CommandLine::parse.
void check_conformation_options(const CommandLine& line, const ConformationOptions& options);
void check_pose_options(const CommandLine& line, const PoseOptions& options);
void check_optics_options(const CommandLine& line, const OpticsOptions& options);

}  // namespace elastem::cli
