#pragma once

#include <string>
#include <vector>

namespace elastem {

/// A network between ranks: a message of n bytes takes latency + n/bandwidth.
struct Interconnect {
  std::string name;
  double latency = 0;    ///< s
  double bandwidth = 0;  ///< bytes/s, one way
};

/// What a rank does in a step of a training.
struct StepCost {
  double compute = 0;      ///< s: forward, backward, optimiser
  double backward = 0;     ///< s of it
  double bytes = 0;        ///< of the gradient
  double adding_rate = 0;  ///< bytes/s at which a rank adds received numbers to its own
  int buckets = 1;         ///< pieces of equal size in which the gradient is summed
};

/// Seconds of an all-reduce of `bytes` over p ranks with a ring, 2(p−1)·α + 2(p−1)/p·n/B + (p−1)/p·n/γ, and
/// by recursive halving and doubling, 2·⌈log₂ p⌉·α + the same: Thakur, Rabenseifner, Gropp 2005,
/// doi:10.1177/1094342005051521. α: latency, B: bandwidth, γ: adding rate.
double ring_seconds(const Interconnect& network, double bytes, double adding_rate, int ranks);
double halving_seconds(const Interconnect& network, double bytes, double adding_rate, int ranks);

/// compute/(compute + what is waited for the all-reduce), with the faster of the two algorithms a bucket:
/// either all of it comes after the backward pass; or the buckets travel while the pass goes on, when the
/// wait is what exceeds the pass, and at least the last bucket, which is complete only when the pass is over.
double efficiency_in_turn(const StepCost& step, const Interconnect& network, int ranks);
double efficiency_overlapped(const StepCost& step, const Interconnect& network, int ranks);

}  // namespace elastem
