#pragma once

#include <cstdint>
#include <string>

namespace elastem::cli {

/// Options that commands have in common.
struct CommonOptions {
  std::string config;  ///< INI file; the command line wins over it
  std::uint64_t seed = 1;
  bool dry_run = false;    ///< say what would be done, with memory and time estimates, and stop
  bool resume = false;     ///< resume from what the output holds
  bool overwrite = false;  ///< replace an existing output
  bool verbose = false;
  bool quiet = false;
};

}  // namespace elastem::cli
