#pragma once

#include "learning/compute_device.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Networks compute on the device that `choice` (see choose_device) gives this rank by its number within its
/// node. Collective. Throws Error as choose_device does.
inline void use_device_of_rank(const Communicator& comm, DeviceChoice choice) {
  const int local_rank = comm.node().rank();
  collectively(comm, [&] { use_device(choose_device(choice, local_rank)); });
}

}  // namespace elastem
