#include "options/device_options.hpp"

namespace elastem::cli {

void add_device_options(OptionTable& table, int& threads, DeviceChoice& device) {
  table.option("threads", threads, "N", "threads of each rank for the network")
      .at_least(1)
      .within(1024)
      .unstored();
  table
      .option(
          "device", device, "NAME",
          "where the network computes: cpu; cuda, on a GPU of the node (shared where there are more ranks "
          "than GPUs); or auto: cuda where there is one")
      .unstored();
}

}  // namespace elastem::cli
