#pragma once

#include <mpi.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace elastem {

/// A communicator that frees itself. Move-only; the world's is not freed.
class Communicator {
 public:
  static Communicator world();
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

  void barrier() const;
  /// Rank 0's text on every rank. Collective.
  void broadcast(std::string& text) const;
  void broadcast(std::vector<std::uint64_t>& values) const;
  template <class T>
  void broadcast(std::span<T> values) const;  ///< trivially copyable T, equal size on all ranks
  /// Sums element by element over ranks, in place, on every rank. Collective.
  void sum(std::span<double> values) const;
  void sum(std::span<float> values) const;
  void sum(std::span<std::int64_t> values) const;
  double max(double value) const;
  double min(double value) const;

 private:
  Communicator(MPI_Comm comm, bool owned);
  MPI_Comm comm_ = MPI_COMM_NULL;
  bool owned_ = false;
  int rank_ = 0, size_ = 1;
};

/// Runs local work that may fail. `work` does not communicate. Afterwards all ranks agree whether some rank
/// failed; if so all throw the same exception: the Error (or Bug) of the lowest failing rank. Collective.
void collectively(const Communicator& comm, const std::function<void()>& work);

/// The same for a function that returns a value.
template <class F>
auto collectively_get(const Communicator& comm, F&& work) {
  decltype(work()) result;
  collectively(comm, [&] { result = work(); });
  return result;
}

template <class T>
void Communicator::broadcast(std::span<T> values) const {
  static_assert(std::is_trivially_copyable_v<T>);
  MPI_Bcast(values.data(), static_cast<int>(values.size_bytes()), MPI_BYTE, 0, comm_);
}

}  // namespace elastem
