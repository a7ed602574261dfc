#include "cost_model.hpp"

#include <algorithm>
#include <cmath>

namespace elastem {
namespace {

/// Every byte leaves and reaches a rank nearly twice and is added once, whatever the way.
double moving_seconds(const Interconnect& network, double bytes, double adding_rate, int ranks) {
  const double share = (ranks - 1.0) / ranks;
  return share * bytes * (2 / network.bandwidth + 1 / adding_rate);
}

double bucket_seconds(const StepCost& step, const Interconnect& network, int ranks) {
  const double bytes = step.bytes / step.buckets;
  return std::min(ring_seconds(network, bytes, step.adding_rate, ranks),
                  halving_seconds(network, bytes, step.adding_rate, ranks));
}

}  // namespace

double ring_seconds(const Interconnect& network, double bytes, double adding_rate, int ranks) {
  return 2 * (ranks - 1) * network.latency + moving_seconds(network, bytes, adding_rate, ranks);
}

double halving_seconds(const Interconnect& network, double bytes, double adding_rate, int ranks) {
  return 2 * std::ceil(std::log2(ranks)) * network.latency +
         moving_seconds(network, bytes, adding_rate, ranks);
}

double efficiency_in_turn(const StepCost& step, const Interconnect& network, int ranks) {
  const double wait = step.buckets * bucket_seconds(step, network, ranks);
  return step.compute / (step.compute + wait);
}

double efficiency_overlapped(const StepCost& step, const Interconnect& network, int ranks) {
  const double last = bucket_seconds(step, network, ranks), all = step.buckets * last;
  return step.compute / (step.compute + std::max(last, all - step.backward));
}

}  // namespace elastem
