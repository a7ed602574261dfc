#pragma once

#include <fstream>
#include <string>

#include "mpi/comm/communicator.hpp"
#include "mpi/storage/hdf5_file.hpp"

namespace elastem {

/// Changes one byte of the file on rank 0: byte `at` of the data set's values. Collective.
inline void damage(const Communicator& comm, const std::string& path, const std::string& dataset,
                   std::streamoff at) {
  if (comm.root()) {
    haddr_t begin = 0;
    {
      const auto file = hdf5::open_file(path, hdf5::Access::read);
      begin = H5Dget_offset(hdf5::open_dataset(file, dataset));
    }
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(begin) + at);
    const auto byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(static_cast<std::streamoff>(begin) + at);
    file.put(byte);
  }
  comm.barrier();
}

}  // namespace elastem
