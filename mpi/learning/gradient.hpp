#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "learning/network.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Sums a gradient over ranks in place while the backward pass still computes it: cut into buckets from its
/// end, each reduced (MPI_Iallreduce) as soon as it is final. Every rank ends with the same bits. All ranks
/// make one, call `ready` until it has covered everything, and then `finish`.
class GradientSum {
 public:
  static constexpr std::size_t default_bucket = std::size_t{1} << 17;  ///< numbers; half a MiB

  GradientSum(const Communicator& comm, std::span<float> gradient, std::size_t bucket = default_bucket);
  GradientSum(const GradientSum&) = delete;
  GradientSum& operator=(const GradientSum&) = delete;
  /// Waits for the buckets that run, also while an exception passes: MPI must not write to a gradient that is
  /// gone. It does not wait for ever, since every other rank starts these buckets too, in the same order; it
  /// would if one of them skipped `ready`.
  ~GradientSum() { finish(); }

  /// All numbers from `first` on are final. Starts the buckets that are complete and drives those that run,
  /// which MPI does only when it is called.
  void ready(std::size_t first);
  /// Waits for all buckets; returns the seconds it waited.
  double finish();

 private:
  const Communicator* comm_;
  std::span<float> gradient_;
  std::size_t bucket_, started_;  ///< numbers from `started_` on are being reduced
  std::vector<MPI_Request> requests_;
};

/// The mean gradient over the images of all ranks: each rank's sum over its own images (which may be none),
/// added up and divided by the total number. What one rank would get from all the images, to float32
/// rounding. The result is in network.gradient() (0 when no rank has an image); returned are the sums of the
/// losses over all ranks. `waited`: the seconds for which the sum outlasted the backward pass are added to
/// it. Collective.
LossSums mean_gradient(const Communicator& comm, Network& network, std::span<const float> inputs,
                       std::span<const float> targets, double* waited = nullptr);

/// Rank 0's weights on every rank. Collective.
void share_weights(const Communicator& comm, Network& network);

/// Throws Bug on all ranks unless the weights of all ranks are equal to the last bit. Collective.
void require_equal_weights(const Communicator& comm, const Network& network);

}  // namespace elastem
