#include "mpi/comm/shared_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <spdlog/fmt/fmt.h>

#include "core/available_memory.hpp"
#include "core/error.hpp"

namespace elastem {
namespace {

constexpr std::size_t alignment = 64;  // a cache line, and the widest vector register

// Whether a window of that many bytes can be made. It has to be asked before: when the rank that makes the
// window's file fails, the others of Open MPI 4.1 wait for it for ever. Open MPI wants 5 % more than it
// takes.
bool has_room(std::size_t bytes) {
  const std::size_t needed = bytes + bytes / 10 + (1 << 20);
  rlimit limit = {};
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < needed)
    return false;
  if (static_cast<double>(bytes) > available_memory()) return false;
  const char* moved = std::getenv("OMPI_MCA_osc_sm_backing_directory");
  struct statvfs room = {};
  if (statvfs(moved ? moved : "/dev/shm", &room) != 0) return true;  // MPI puts it elsewhere
  return static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize >= needed;
}

// Writes zeros, so that the pages are there from now on, on the memory of this rank's processor. The kernel
// copies them: where the file system behind the window is full after all, it says so, while a store of our
// own would end the program with SIGBUS.
bool take_pages(std::byte* from, std::size_t bytes) {
  const int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  if (zeros < 0) return false;
  constexpr std::size_t piece = std::size_t{1} << 30;
  std::size_t taken = 0;
  while (taken < bytes) {
    const ssize_t count = read(zeros, from + taken, std::min(piece, bytes - taken));
    if (count <= 0) break;
    taken += static_cast<std::size_t>(count);
  }
  close(zeros);
  return taken == bytes;
}

void check_memory(std::size_t bytes) {
  const double available = available_memory();
  if (static_cast<double>(bytes) <= available) return;
  throw Error(fmt::format(
      "each rank of a node wants {} MiB, but the node has {} MiB left; run fewer ranks per node, or "
      "more nodes",
      bytes >> 20, static_cast<std::int64_t>(available) >> 20));
}

}  // namespace

SharedMemory::SharedMemory(const Communicator& comm, std::size_t bytes) : node_(comm.node()), size_(bytes) {
  const bool same = node_.min(bytes) == node_.max(bytes);
  collectively(comm, [&] { require(same, "the ranks of a node want shared memory of different lengths"); });
  if (bytes == 0 || (node_.size() > 1 && make_window())) {
    collectively(comm, [] {});  // the ranks of other nodes may come below
    return;
  }
  node_ = Communicator::self();
  collectively(comm, [&] {
    check_memory(bytes);
    own_.reset(static_cast<std::byte*>(
        std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment)));
    if (!own_) throw std::bad_alloc();
    std::memset(own_.get(), 0, bytes);
  });
  data_ = own_.get();
}

// False, on all ranks of the node, when there is no window.
bool SharedMemory::make_window() {
  if (!node_.all(!node_.root() || has_room(size_))) return false;
  MPI_Comm_set_errhandler(node_.handle(), MPI_ERRORS_RETURN);
  void* ignored = nullptr;
  const auto here = static_cast<MPI_Aint>(node_.root() ? size_ + alignment : 0);
  const int code =
      MPI_Win_allocate_shared(here, 1, MPI_INFO_NULL, node_.handle(), static_cast<void*>(&ignored), &window_);
  MPI_Comm_set_errhandler(node_.handle(), MPI_ERRORS_ARE_FATAL);
  if (!node_.all(code == MPI_SUCCESS)) return false;
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);

  void* base = nullptr;
  MPI_Aint length = 0;
  int unit = 0;
  MPI_Win_shared_query(window_, 0, &length, &unit, static_cast<void*>(&base));
  // The same bytes lie at another address on each rank, but mappings begin at whole pages.
  std::uint64_t skip = (alignment - reinterpret_cast<std::uintptr_t>(base) % alignment) % alignment;
  node_.broadcast(skip);
  data_ = static_cast<std::byte*>(base) + skip;
  const std::size_t ranks = static_cast<std::size_t>(node_.size()),
                    rank = static_cast<std::size_t>(node_.rank());
  const std::size_t first = size_ * rank / ranks, end = size_ * (rank + 1) / ranks;
  const bool good = reinterpret_cast<std::uintptr_t>(data_) % alignment == 0;
  if (node_.all(good && take_pages(data_ + first, end - first))) return true;
  free_window();
  return false;
}

void SharedMemory::free_window() {
  if (window_ == MPI_WIN_NULL) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
  data_ = nullptr;
}

SharedMemory::~SharedMemory() {
  if (!unwinding_) free_window();
}

void SharedMemory::fence() const {
  if (window_ != MPI_WIN_NULL) MPI_Win_sync(window_);
  node_.barrier();
  if (window_ != MPI_WIN_NULL) MPI_Win_sync(window_);
}

}  // namespace elastem
