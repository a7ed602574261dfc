#include "mpi/comm/quantile.hpp"

#include <cmath>
#include <limits>

#include "core/order_search.hpp"

namespace elastem {

double quantile(const Communicator& comm, std::span<const double> own, double share) {
  const auto n = comm.sum(static_cast<std::int64_t>(own.size()));
  if (n == 0) return std::numeric_limits<double>::quiet_NaN();
  const QuantilePlace at = QuantilePlace::of(n, share);
  OrderSearch search(at.place);
  for (int step = 0; step < OrderSearch::steps; ++step) {
    search.count(own);
    comm.sum(search.counts());
    search.narrow();
  }
  const double low = search.value();
  if (at.fraction == 0) return low;
  // The next one is the same number again, or the least above it.
  std::int64_t up_to_it = 0;
  double above = std::numeric_limits<double>::infinity();
  for (const double value : own) {
    up_to_it += value <= low ? 1 : 0;
    if (value > low && value < above) above = value;
  }
  return at.value(low, comm.sum(up_to_it) > at.place + 1 ? low : comm.min(above));
}

}  // namespace elastem
