#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>
#include <type_traits>

#include "core/unwinding.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Bytes that the ranks of a node hold in common: an MPI window whose memory lies with the node's first rank.
/// Zeros at first, aligned to 64 bytes. Where a node has no room for the window (a container's
/// small /dev/shm, a limit on the length of files) each of its ranks gets memory of its own, and `node()` is
/// that rank alone: whoever fills the memory by shares over `node()` is right either way. A window is freed
/// collectively; while an exception unwinds this rank alone that could wait for the others for ever, so it is
/// left to the end of the program then.
class SharedMemory {
 public:
  /// `bytes` is the same on all ranks of a node. Collective over `comm`, which may span any number of nodes
  /// and lives longer than this. Throws Error when memory runs out.
  SharedMemory(const Communicator& comm, std::size_t bytes);
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  /// The ranks that see the same bytes.
  const Communicator& node() const { return node_; }

  /// What each rank of `node()` wrote before is seen by all of them afterwards. Collective over `node()`.
  void fence() const;

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  bool make_window();
  void free_window();

  Communicator node_;
  std::size_t size_;
  std::byte* data_ = nullptr;
  MPI_Win window_ = MPI_WIN_NULL;
  std::unique_ptr<std::byte, Free> own_;  ///< where there is no window
  Unwinding unwinding_;
};

/// The same as an array of `count` values.
template <class T>
class SharedArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SharedArray(const Communicator& comm, std::size_t count) : memory_(comm, count * sizeof(T)) {}

  std::span<T> values() const { return {reinterpret_cast<T*>(memory_.data()), memory_.size() / sizeof(T)}; }
  const Communicator& node() const { return memory_.node(); }
  void fence() const { memory_.fence(); }

 private:
  SharedMemory memory_;
};

}  // namespace elastem
