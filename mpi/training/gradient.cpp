#include "mpi/training/gradient.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "core/error.hpp"

namespace elastem {

void sum_in_buckets(const Communicator& comm, std::span<float> values, std::size_t bucket) {
  std::vector<MPI_Request> requests;
  for (std::size_t first = 0; first < values.size(); first += bucket) {
    const auto count = static_cast<int>(std::min(bucket, values.size() - first));
    MPI_Iallreduce(MPI_IN_PLACE, values.data() + first, count, MPI_FLOAT, MPI_SUM, comm.handle(),
                   &requests.emplace_back());
  }
  MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
}

LossSums mean_gradient(const Communicator& comm, Network& network, std::span<const float> inputs,
                       std::span<const float> targets) {
  const LossSums own = network.accumulate(inputs, targets);
  std::array<double, 5> sums = {own.images, own.loss, own.amplitude, own.angle, own.shift};
  comm.sum(std::span<double>(sums));
  sum_in_buckets(comm, network.gradient());
  const auto share = static_cast<float>(sums[0] > 0 ? 1 / sums[0] : 0);
  for (float& value : network.gradient()) value *= share;
  return {sums[0], sums[1], sums[2], sums[3], sums[4]};
}

void share_weights(const Communicator& comm, Network& network) {
  comm.broadcast(network.weights());
}

void require_equal_weights(const Communicator& comm, const Network& network) {
  // FNV-1a over the bits of the weights; 32 bits of it are exact in a double.
  std::uint64_t hash = 14695981039346656037ULL;
  for (const float weight : network.weights())
    hash = (hash ^ std::bit_cast<std::uint32_t>(weight)) * 1099511628211ULL;
  const auto value = static_cast<double>((hash >> 32) ^ (hash & 0xffffffffULL));
  require(comm.max(value) == comm.min(value), "the ranks' weights differ");
}

}  // namespace elastem
