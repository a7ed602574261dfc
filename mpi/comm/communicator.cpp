#include "mpi/comm/communicator.hpp"

#include <chrono>
#include <exception>
#include <limits>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace elastem {
namespace {

enum class Failure : int { none = 0, error = 1, bug = 2 };

struct Outcome {
  Failure failure = Failure::none;
  std::string text;
};

std::string on_rank(const Communicator& comm) {
  return "rank " + std::to_string(comm.rank()) + ": ";
}

// The values of all ranks one after the other and how many each gave, on rank 0. Collective.
template <class T>
std::vector<T> gather(const Communicator& comm, std::span<const T> values, MPI_Datatype type,
                      std::vector<int>& counts) {
  auto total = static_cast<std::int64_t>(values.size());
  MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT64_T, MPI_SUM, comm.handle());
  require(total <= std::numeric_limits<int>::max(), "MPI counts with 32 bits");
  const int count = static_cast<int>(values.size());
  counts.resize(static_cast<std::size_t>(comm.root() ? comm.size() : 0));
  MPI_Gather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, comm.handle());
  std::vector<int> offsets(counts.size(), 0);
  for (std::size_t r = 1; r < counts.size(); ++r) offsets[r] = offsets[r - 1] + counts[r - 1];
  std::vector<T> all(comm.root() ? static_cast<std::size_t>(total) : 0);
  MPI_Gatherv(values.data(), count, type, all.data(), counts.data(), offsets.data(), type, 0, comm.handle());
  return all;
}

Outcome outcome_of(const Communicator& comm, const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const Error& error) {
    return {Failure::error, error.what()};
  } catch (const std::bad_alloc&) {
    return {Failure::error, on_rank(comm) + "out of memory; run fewer ranks a node, or more nodes"};
  } catch (const std::system_error& error) {  // std::filesystem's and the streams' exceptions too
    return {Failure::error, error.what()};
  } catch (const std::exception& error) {
    return {Failure::bug, on_rank(comm) + error.what()};
  } catch (...) {
    return {Failure::bug, on_rank(comm) + "an exception of unknown type"};
  }
}

void broadcast_bytes(MPI_Comm comm, void* data, std::size_t size, int from) {
  constexpr std::size_t piece = std::size_t{1} << 30;
  for (std::size_t at = 0; at < size; at += piece)
    MPI_Bcast(static_cast<char*>(data) + at, static_cast<int>(std::min(piece, size - at)), MPI_BYTE, from,
              comm);
}

void broadcast_text(MPI_Comm comm, std::string& text, int from) {
  std::uint64_t size = text.size();
  MPI_Bcast(&size, 1, MPI_UINT64_T, from, comm);
  text.resize(size);
  broadcast_bytes(comm, text.data(), size, from);
}

template <class T>
void sum_in_place(MPI_Comm comm, std::span<T> values, MPI_Datatype type) {
  constexpr std::size_t piece = std::size_t{1} << 28;
  for (std::size_t at = 0; at < values.size(); at += piece)
    MPI_Allreduce(MPI_IN_PLACE, values.data() + at, static_cast<int>(std::min(piece, values.size() - at)),
                  type, MPI_SUM, comm);
}

}  // namespace

Communicator::Communicator(MPI_Comm comm, bool owned) : comm_(comm), owned_(owned) {
  MPI_Comm_rank(comm_, &rank_);
  MPI_Comm_size(comm_, &size_);
}

Communicator Communicator::world() {
  return {MPI_COMM_WORLD, false};
}

Communicator Communicator::self() {
  return {MPI_COMM_SELF, false};
}

Communicator::Communicator(Communicator&& other) noexcept
    : comm_(std::exchange(other.comm_, MPI_COMM_NULL)),
      owned_(std::exchange(other.owned_, false)),
      rank_(other.rank_),
      size_(other.size_) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(comm_, other.comm_);
  std::swap(owned_, other.owned_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  return *this;
}

Communicator::~Communicator() {
  // Freeing is collective: while an exception unwinds one rank alone it could wait for the others for ever,
  // so the few bytes of a communicator are left to MPI_Finalize then.
  if (owned_ && comm_ != MPI_COMM_NULL && std::uncaught_exceptions() == 0) MPI_Comm_free(&comm_);
}

Communicator Communicator::duplicate() const {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(comm_, &copy);
  return {copy, true};
}

Communicator Communicator::split(int colour) const {
  require(colour >= 0, "a colour is 0 or more");
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(comm_, colour, rank_, &part);
  return {part, true};
}

Communicator Communicator::node() const {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &part);
  return {part, true};
}

void Communicator::barrier() const {
  MPI_Barrier(comm_);
}

void Communicator::broadcast(std::string& text) const {
  broadcast_text(comm_, text, 0);
}

void Communicator::broadcast(std::vector<std::uint64_t>& values) const {
  std::uint64_t size = values.size();
  MPI_Bcast(&size, 1, MPI_UINT64_T, 0, comm_);
  values.resize(size);
  broadcast(std::span<std::uint64_t>(values));
}

void Communicator::broadcast(std::vector<std::string>& texts) const {
  std::uint64_t count = texts.size();
  broadcast(std::span<std::uint64_t>(&count, 1));
  texts.resize(count);
  for (std::string& text : texts) broadcast(text);
}

void Communicator::sum(std::span<double> values) const {
  sum_in_place(comm_, values, MPI_DOUBLE);
}
void Communicator::sum(std::span<float> values) const {
  sum_in_place(comm_, values, MPI_FLOAT);
}
void Communicator::sum(std::span<std::int64_t> values) const {
  sum_in_place(comm_, values, MPI_INT64_T);
}

std::vector<std::int32_t> Communicator::gathered(std::span<const std::int32_t> values) const {
  std::vector<int> counts;
  return gather(*this, values, MPI_INT32_T, counts);
}

std::vector<std::string> Communicator::gathered(const std::string& text) const {
  std::vector<int> counts;
  const auto all = gather(*this, std::span<const char>(text), MPI_CHAR, counts);
  std::vector<std::string> texts;
  auto at = all.begin();
  for (const int count : counts) {
    texts.emplace_back(at, at + count);
    at += count;
  }
  return texts;
}

double Communicator::max(double value) const {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, comm_);
  return value;
}

double Communicator::min(double value) const {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MIN, comm_);
  return value;
}

void collectively(const Communicator& comm, const std::function<void()>& work) {
  Outcome outcome = outcome_of(comm, work);
  int lowest = outcome.failure == Failure::none ? std::numeric_limits<int>::max() : comm.rank();
  MPI_Allreduce(MPI_IN_PLACE, &lowest, 1, MPI_INT, MPI_MIN, comm.handle());
  if (lowest == std::numeric_limits<int>::max()) return;

  int failure = static_cast<int>(outcome.failure);
  MPI_Bcast(&failure, 1, MPI_INT, lowest, comm.handle());
  broadcast_text(comm.handle(), outcome.text, lowest);
  if (static_cast<Failure>(failure) == Failure::error) throw Error(outcome.text);
  throw SharedBug(outcome.text);
}

void wait_quietly(MPI_Request& request) {
  using namespace std::chrono_literals;
  int complete = 0;
  // A reply usually comes within microseconds: look a few times before sleeping.
  for (int look = 0; look < 20 && !complete; ++look) MPI_Test(&request, &complete, MPI_STATUS_IGNORE);
  while (!complete) {
    std::this_thread::sleep_for(30us);
    MPI_Test(&request, &complete, MPI_STATUS_IGNORE);
  }
}

}  // namespace elastem
