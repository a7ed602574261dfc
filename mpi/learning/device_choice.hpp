#pragma once

#include <string>

#include "learning/compute_device.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Networks compute on the device that `name` (see choose_device) gives this rank by its number within its
/// node. Collective. Throws Error as choose_device does.
inline void use_device_of_rank(const Communicator& comm, const std::string& name) {
  const int local_rank = comm.node().rank();
  collectively(comm, [&] { use_device(choose_device(name, local_rank)); });
}

}  // namespace elastem
