#pragma once

#include <cstddef>
#include <span>

#include "learning/network.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Sums `values` over ranks in place, in buckets of `bucket` numbers whose reductions run at the same time.
/// Every rank ends with the same bits. Collective.
void sum_in_buckets(const Communicator& comm, std::span<float> values,
                    std::size_t bucket = std::size_t{1} << 18);

/// The mean gradient over the images of all ranks: each rank's sum over its own images (which may be none),
/// added up and divided by the total number. What one rank would get from all the images, to float32
/// rounding. The result is in network.gradient() (0 when no rank has an image); returned are the sums of the
/// losses over all ranks. Collective.
LossSums mean_gradient(const Communicator& comm, Network& network, std::span<const float> inputs,
                       std::span<const float> targets);

/// Rank 0's weights on every rank. Collective.
void share_weights(const Communicator& comm, Network& network);

/// Throws Bug on all ranks unless the weights of all ranks are equal to the last bit. Collective.
void require_equal_weights(const Communicator& comm, const Network& network);

}  // namespace elastem
