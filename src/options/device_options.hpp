#pragma once

#include "cli/option_table.hpp"
#include "learning/compute_device.hpp"

namespace elastem::cli {

/// --threads and --device of the commands that run a network.
void add_device_options(OptionTable& table, int& threads, DeviceChoice& device);

}  // namespace elastem::cli
