#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <mpi.h>

#include "core/error.hpp"

namespace elastem {

/// A Bug that all ranks know of, as `collectively` throws it: rank 0 alone prints it.
class SharedBug : public Bug {
 public:
  using Bug::Bug;
};

/// A communicator that frees itself. Move-only; the world's is not freed.
class Communicator {
 public:
  static Communicator world();
  /// This rank alone.
  static Communicator self();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  ~Communicator();

  MPI_Comm handle() const { return comm_; }
  int rank() const { return rank_; }
  int size() const { return size_; }
  bool root() const { return rank_ == 0; }

  /// A private copy, so that messages of one purpose never meet another's. Collective.
  Communicator duplicate() const;
  /// Ranks of equal colour together, in the order of their ranks. Collective.
  Communicator split(int colour) const;
  /// The ranks that can share memory with this one, in the order of their ranks. Collective.
  Communicator node() const;

  void barrier() const;
  /// Rank 0's text on every rank. Collective.
  void broadcast(std::string& text) const;
  void broadcast(std::vector<std::uint64_t>& values) const;
  void broadcast(std::vector<std::string>& texts) const;
  template <class T>
  void broadcast(std::span<T> values) const;  ///< trivially copyable T, equal size on all ranks
  /// Sums element by element over ranks, in place, on every rank. Collective.
  void sum(std::span<double> values) const;
  void sum(std::span<float> values) const;
  void sum(std::span<std::int64_t> values) const;
  double max(double value) const;
  double min(double value) const;
  /// The values of all ranks one after the other, in the order of the ranks, on rank 0; elsewhere empty.
  /// Collective.
  std::vector<std::int32_t> gathered(std::span<const std::int32_t> values) const;
  /// The text of each rank, in the order of the ranks, on rank 0; elsewhere empty. Together below 2 GiB.
  /// Collective.
  std::vector<std::string> gathered(const std::string& text) const;

 private:
  Communicator(MPI_Comm comm, bool owned);
  MPI_Comm comm_ = MPI_COMM_NULL;
  bool owned_ = false;
  int rank_ = 0, size_ = 1;
};

/// Runs local work that may fail. `work` does not communicate. Afterwards all ranks agree whether some rank
/// failed; if so all throw the same exception: the Error (or SharedBug) of the lowest failing rank. A lack of
/// memory and a failure of the file system count as Error, any other foreign exception as a bug. Collective.
void collectively(const Communicator& comm, const std::function<void()>& work);

/// The same for a function that returns a value.
template <class F>
auto collectively_get(const Communicator& comm, F&& work) {
  decltype(work()) result;
  collectively(comm, [&] { result = work(); });
  return result;
}

/// Waits until the request is complete and leaves the core to others meanwhile (sleeps of at most 100 µs).
void wait_quietly(MPI_Request& request);

template <class T>
void Communicator::broadcast(std::span<T> values) const {
  static_assert(std::is_trivially_copyable_v<T>);
  constexpr std::size_t piece = std::size_t{1} << 30;  // MPI counts are int
  const auto bytes = std::as_writable_bytes(values);
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    MPI_Bcast(bytes.data() + at, static_cast<int>(std::min(piece, bytes.size() - at)), MPI_BYTE, 0, comm_);
}

}  // namespace elastem
