#include "mpi/comm/communicator.hpp"

#include <chrono>
#include <exception>
#include <limits>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace elastem {
namespace {

enum class Failure { none = 0, error = 1, bug = 2 };

struct Outcome {
  Failure failure = Failure::none;
  std::string text;
};

std::string on_rank(const Communicator& comm) {
  return fmt::format("rank {}: ", comm.rank());
}

Outcome outcome_of(const Communicator& comm, const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const Error& error) {
    return {Failure::error, error.what()};
  } catch (const std::bad_alloc&) {
    return {Failure::error, on_rank(comm) + "out of memory; run fewer ranks per node, or more nodes"};
  } catch (const std::system_error& error) {  // std::filesystem's and the streams' exceptions too
    return {Failure::error, error.what()};
  } catch (const std::exception& error) {
    return {Failure::bug, on_rank(comm) + error.what()};
  } catch (...) {
    return {Failure::bug, on_rank(comm) + "an exception of unknown type"};
  }
}

constexpr std::size_t piece = std::size_t{1} << 28;  // MPI counts with 32 bits

void broadcast_bytes_from(MPI_Comm comm, int from, std::span<std::byte> bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    MPI_Bcast(bytes.data() + at, static_cast<int>(std::min(piece, bytes.size() - at)), MPI_BYTE, from, comm);
}

void broadcast_text_from(MPI_Comm comm, int from, std::string& text) {
  std::uint64_t size = text.size();
  broadcast_bytes_from(comm, from, std::as_writable_bytes(std::span(&size, 1)));
  text.resize(size);
  broadcast_bytes_from(comm, from, std::as_writable_bytes(std::span(text)));
}

// The type of elements of `width` bytes.
class ElementType {
 public:
  explicit ElementType(std::size_t width) {
    MPI_Type_contiguous(static_cast<int>(width), MPI_BYTE, &type_);
    MPI_Type_commit(&type_);
  }
  ElementType(const ElementType&) = delete;
  ElementType& operator=(const ElementType&) = delete;
  ~ElementType() { MPI_Type_free(&type_); }
  operator MPI_Datatype() const { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

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
  if (owned_ && comm_ != MPI_COMM_NULL && !unwinding_) MPI_Comm_free(&comm_);
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

void Communicator::broadcast_bytes(std::span<std::byte> bytes) const {
  broadcast_bytes_from(comm_, 0, bytes);
}

void Communicator::broadcast(std::string& text) const {
  broadcast_text_from(comm_, 0, text);
}

void Communicator::broadcast(std::vector<std::string>& texts) const {
  std::vector<std::uint64_t> sizes;
  std::string joined;
  if (root())
    for (const std::string& text : texts) {
      sizes.push_back(text.size());
      joined += text;
    }
  broadcast(sizes);
  broadcast(joined);
  if (root()) return;
  texts.clear();
  std::size_t at = 0;
  for (const std::uint64_t size : sizes) {
    texts.push_back(joined.substr(at, size));
    at += size;
  }
}

void Communicator::reduce(void* values, std::size_t count, std::size_t width, MPI_Datatype type,
                          MPI_Op operation) const {
  for (std::size_t at = 0; at < count; at += piece)
    MPI_Allreduce(MPI_IN_PLACE, static_cast<std::byte*>(values) + at * width,
                  static_cast<int>(std::min(piece, count - at)), type, operation, comm_);
}

std::vector<int> Communicator::counts(std::size_t own, Everywhere everywhere) const {
  require(sum(own) <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "MPI counts with 32 bits");
  const int count = static_cast<int>(own);
  const bool receives = root() || everywhere == Everywhere::yes;
  std::vector<int> each(static_cast<std::size_t>(receives ? size_ : 0));
  if (everywhere == Everywhere::yes)
    MPI_Allgather(&count, 1, MPI_INT, each.data(), 1, MPI_INT, comm_);
  else
    MPI_Gather(&count, 1, MPI_INT, each.data(), 1, MPI_INT, 0, comm_);
  return each;
}

void Communicator::gather(const void* own, int count, std::size_t width, const std::vector<int>& counts,
                          void* all, Everywhere everywhere) const {
  std::vector<int> offsets(counts.size(), 0);
  for (std::size_t r = 1; r < counts.size(); ++r) offsets[r] = offsets[r - 1] + counts[r - 1];
  const ElementType type(width);
  if (everywhere == Everywhere::yes)
    MPI_Allgatherv(own, count, type, all, counts.data(), offsets.data(), type, comm_);
  else
    MPI_Gatherv(own, count, type, all, counts.data(), offsets.data(), type, 0, comm_);
}

std::vector<std::string> Communicator::all_gathered(const std::string& text) const {
  const std::vector<std::uint64_t> own = {text.size()};
  const auto sizes = all_gathered(own);
  const auto joined = all_gathered(std::span<const char>(text));
  std::vector<std::string> texts;
  auto at = joined.begin();
  for (const std::uint64_t size : sizes) {
    const auto end = at + static_cast<std::ptrdiff_t>(size);
    texts.emplace_back(at, end);
    at = end;
  }
  return texts;
}

void collectively(const Communicator& comm, const std::function<void()>& work) {
  Outcome outcome = outcome_of(comm, work);
  const int lowest =
      comm.min(outcome.failure == Failure::none ? std::numeric_limits<int>::max() : comm.rank());
  if (lowest == std::numeric_limits<int>::max()) return;

  broadcast_bytes_from(comm.handle(), lowest, std::as_writable_bytes(std::span(&outcome.failure, 1)));
  broadcast_text_from(comm.handle(), lowest, outcome.text);
  if (outcome.failure == Failure::error) throw Error(outcome.text);
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
