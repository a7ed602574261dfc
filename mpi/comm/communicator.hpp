#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <mpi.h>

#include "core/error.hpp"
#include "core/unwinding.hpp"
#include "mpi/comm/mpi_type.hpp"

namespace elastem {

/// A Bug that all ranks know of, as `collectively` throws it: rank 0 alone prints it.
class SharedBug : public Bug {
 public:
  using Bug::Bug;
};

/// What holds its own bytes and nothing but them, so that its bytes can be sent.
template <class T>
concept PlainValue = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !std::ranges::view<T>;

/// Consecutive plain values, such as those of a vector, an array or a span; no text.
template <class R>
concept PlainValues = std::ranges::contiguous_range<R> && std::ranges::sized_range<R> &&
    PlainValue<std::ranges::range_value_t<R>> && !std::convertible_to<R, std::string_view>;

/// Consecutive numbers that can be changed in place.
template <class R>
concept Numbers = PlainValues<R> && std::ranges::borrowed_range<R> && Number<std::ranges::range_value_t<R>>;

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

  /// Rank 0's value on every rank; a vector or matrix takes the size it has on rank 0. Collective.
  template <PlainValue T>
  void broadcast(T& value) const;
  template <class T>
  void broadcast(std::vector<T>& values) const;
  template <class Derived>
  void broadcast(Eigen::PlainObjectBase<Derived>& matrix) const;
  void broadcast(std::string& text) const;
  void broadcast(std::vector<std::string>& texts) const;
  /// Rank 0's values in place; the same number of them on all ranks. Collective.
  template <class T, std::size_t extent>
  void broadcast(std::span<T, extent> values) const;

  /// The sum, the least and the greatest of all ranks' values, on every rank. Collective.
  template <Number T>
  T sum(T value) const;
  template <Number T>
  T min(T value) const;
  template <Number T>
  T max(T value) const;
  /// Whether the answer is yes on some rank, and on every rank. Collective.
  bool any(bool answer) const { return max(answer ? 1 : 0) != 0; }
  bool all(bool answer) const { return min(answer ? 1 : 0) != 0; }
  /// The sum over the ranks below this one; 0 on rank 0. Collective.
  template <Number T>
  T sum_below(T value) const;

  /// Element by element over ranks, in place, on every rank; the same number of them on all ranks.
  /// Collective.
  template <Numbers R>
  void sum(R&& values) const;
  template <class Derived>
  void sum(Eigen::PlainObjectBase<Derived>& matrix) const;
  template <Numbers R>
  void min(R&& values) const;
  template <Numbers R>
  void max(R&& values) const;

  /// The values of all ranks one after the other, in the order of the ranks, on rank 0; elsewhere empty.
  /// Together fewer than 2³¹. Collective.
  template <PlainValues R>
  auto gathered(const R& values) const;
  /// The same on every rank.
  template <PlainValues R>
  auto all_gathered(const R& values) const;
  /// The text of each rank, in the order of the ranks, on every rank. Together below 2 GiB. Collective.
  std::vector<std::string> all_gathered(const std::string& text) const;

 private:
  enum class Everywhere : bool { no, yes };

  Communicator(MPI_Comm comm, bool owned);
  void broadcast_bytes(std::span<std::byte> bytes) const;
  void reduce(void* values, std::size_t count, std::size_t width, MPI_Datatype type, MPI_Op operation) const;
  std::vector<int> counts(std::size_t own, Everywhere everywhere) const;
  void gather(const void* own, int count, std::size_t width, const std::vector<int>& counts, void* all,
              Everywhere everywhere) const;
  template <PlainValues R>
  auto gathered_values(const R& values, Everywhere everywhere) const;
  template <class R>
  void reduce(R& values, MPI_Op operation) const;

  MPI_Comm comm_ = MPI_COMM_NULL;
  bool owned_ = false;
  int rank_ = 0, size_ = 1;
  Unwinding unwinding_;
};

/// Runs local work that may fail. `work` does not communicate. Afterwards all ranks agree whether some rank
/// failed; if so all throw the same exception: the Error (or SharedBug) of the lowest failing rank. A lack of
/// memory and a failure of the file system count as Error, any other foreign exception as a bug. Collective.
void collectively(const Communicator& comm, const std::function<void()>& work);

/// The same for a function that returns a value.
template <class F>
auto collectively_get(const Communicator& comm, F&& work) {
  std::invoke_result_t<F> result;
  collectively(comm, [&] { result = work(); });
  return result;
}

/// Runs local work on rank 0 alone; if it fails, all ranks throw its exception, as `collectively` does.
/// Collective.
template <class F>
void on_root(const Communicator& comm, F&& work) {
  static_assert(std::is_void_v<std::invoke_result_t<F>>, "from_root shares a value");
  collectively(comm, [&] {
    if (comm.root()) work();
  });
}

/// The value that `work` returns on rank 0, where alone it runs, on every rank: a plain value, a text, a
/// matrix or a vector of these. If `work` fails, all ranks throw its exception. Collective.
template <class F>
auto from_root(const Communicator& comm, F&& work) {
  std::invoke_result_t<F> result{};
  on_root(comm, [&] { result = work(); });
  comm.broadcast(result);
  return result;
}

/// Waits until the request is complete and leaves the core to others meanwhile: sleeps of 30 µs, after a few
/// looks without one.
void wait_quietly(MPI_Request& request);

template <PlainValue T>
void Communicator::broadcast(T& value) const {
  broadcast_bytes(std::as_writable_bytes(std::span(&value, 1)));
}

template <class T, std::size_t extent>
void Communicator::broadcast(std::span<T, extent> values) const {
  static_assert(PlainValue<T>);
  broadcast_bytes(std::as_writable_bytes(values));
}

template <class T>
void Communicator::broadcast(std::vector<T>& values) const {
  static_assert(!std::is_same_v<T, bool>, "std::vector<bool> holds no consecutive values");
  std::uint64_t size = values.size();
  broadcast(size);
  values.resize(size);
  if constexpr (PlainValue<T>)
    broadcast(std::span(values));
  else
    for (T& value : values) broadcast(value);
}

template <class Derived>
void Communicator::broadcast(Eigen::PlainObjectBase<Derived>& matrix) const {
  Eigen::Index shape[2] = {matrix.rows(), matrix.cols()};
  broadcast(shape);
  matrix.resize(shape[0], shape[1]);
  broadcast(std::span(matrix.data(), static_cast<std::size_t>(matrix.size())));
}

template <Number T>
T Communicator::sum(T value) const {
  reduce(&value, 1, sizeof value, mpi_type<T>(), MPI_SUM);
  return value;
}

template <Number T>
T Communicator::min(T value) const {
  reduce(&value, 1, sizeof value, mpi_type<T>(), MPI_MIN);
  return value;
}

template <Number T>
T Communicator::max(T value) const {
  reduce(&value, 1, sizeof value, mpi_type<T>(), MPI_MAX);
  return value;
}

template <Number T>
T Communicator::sum_below(T value) const {
  T below = 0;
  MPI_Exscan(&value, &below, 1, mpi_type<T>(), MPI_SUM, comm_);
  return root() ? T{0} : below;  // MPI leaves rank 0's undefined
}

template <class R>
void Communicator::reduce(R& values, MPI_Op operation) const {
  using T = std::ranges::range_value_t<R>;
  reduce(std::ranges::data(values), std::ranges::size(values), sizeof(T), mpi_type<T>(), operation);
}

template <Numbers R>
void Communicator::sum(R&& values) const {
  reduce(values, MPI_SUM);
}

template <Numbers R>
void Communicator::min(R&& values) const {
  reduce(values, MPI_MIN);
}

template <Numbers R>
void Communicator::max(R&& values) const {
  reduce(values, MPI_MAX);
}

template <class Derived>
void Communicator::sum(Eigen::PlainObjectBase<Derived>& matrix) const {
  sum(std::span(matrix.data(), static_cast<std::size_t>(matrix.size())));
}

template <PlainValues R>
auto Communicator::gathered_values(const R& values, Everywhere everywhere) const {
  using T = std::ranges::range_value_t<R>;
  const std::vector<int> each = counts(std::ranges::size(values), everywhere);
  std::size_t total = 0;
  for (const int count : each) total += static_cast<std::size_t>(count);
  std::vector<T> all(total);
  gather(std::ranges::data(values), static_cast<int>(std::ranges::size(values)), sizeof(T), each, all.data(),
         everywhere);
  return all;
}

template <PlainValues R>
auto Communicator::gathered(const R& values) const {
  return gathered_values(values, Everywhere::no);
}

template <PlainValues R>
auto Communicator::all_gathered(const R& values) const {
  return gathered_values(values, Everywhere::yes);
}

}  // namespace elastem
