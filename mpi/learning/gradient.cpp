#include "mpi/learning/gradient.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "core/error.hpp"

namespace elastem {

GradientSum::GradientSum(const Communicator& comm, std::span<float> gradient, std::size_t bucket)
    : comm_(&comm), gradient_(gradient), bucket_(bucket), started_(gradient.size()) {}

void GradientSum::ready(std::size_t first) {
  while (started_ > 0) {
    const std::size_t begin = started_ > bucket_ ? started_ - bucket_ : 0;
    if (begin < first) break;
    MPI_Iallreduce(MPI_IN_PLACE, gradient_.data() + begin, static_cast<int>(started_ - begin), MPI_FLOAT,
                   MPI_SUM, comm_->handle(), &requests_.emplace_back());
    started_ = begin;
  }
  // Large messages move a piece at a time, and only in calls like these.
  constexpr int most_calls = 32;
  int done = 0;
  for (int i = 0; i < most_calls && done == 0; ++i)
    MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done, MPI_STATUSES_IGNORE);
}

double GradientSum::finish() {
  const double start = MPI_Wtime();
  MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
  requests_.clear();
  return MPI_Wtime() - start;
}

LossSums mean_gradient(const Communicator& comm, Network& network, std::span<const float> inputs,
                       std::span<const float> targets, double* waited) {
  GradientSum sum(comm, network.gradient());
  const LossSums own =
      network.accumulate(inputs, targets, [&](std::size_t first, std::size_t) { sum.ready(first); });
  std::array<double, 5> sums = {own.images, own.loss, own.amplitude, own.angle, own.shift};
  const double seconds = sum.finish();
  if (waited != nullptr) *waited += seconds;
  comm.sum(sums);
  const auto share = static_cast<float>(sums[0] > 0 ? 1 / sums[0] : 0);
  for (float& value : network.gradient()) value *= share;
  return {sums[0], sums[1], sums[2], sums[3], sums[4]};
}

void share_weights(const Communicator& comm, Network& network) {
  comm.broadcast(network.weights());
}

void require_equal_weights(const Communicator& comm, const Network& network) {
  // FNV-1a over the bits of the weights.
  std::uint64_t hash = 14695981039346656037ULL;
  for (const float weight : network.weights())
    hash = (hash ^ std::bit_cast<std::uint32_t>(weight)) * 1099511628211ULL;
  require(comm.max(hash) == comm.min(hash), "the ranks' weights differ");
}

}  // namespace elastem
