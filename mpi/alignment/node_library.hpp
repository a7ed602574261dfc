#pragma once

#include <optional>

#include "alignment/pose_library.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/comm/shared_memory.hpp"

namespace elastem {

/// A library of the pose search that the ranks of a node hold in common; each of them draws a share of it.
class NodeLibrary {
 public:
  /// Collective over `comm`. Throws Error as PoseLibrary and SharedMemory do.
  NodeLibrary(const Communicator& comm, const ElasticModel& model, ImageGrid grid,
              const SearchOptions& options);

  const PoseLibrary& operator*() const { return *library_; }
  const PoseLibrary* operator->() const { return &*library_; }

 private:
  std::optional<PoseLibrary> library_;
  std::optional<SharedArray<float>> storage_;
};

}  // namespace elastem
