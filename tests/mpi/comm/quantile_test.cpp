#include "mpi/comm/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/order_search.hpp"
#include "core/random.hpp"

namespace elastem {
namespace {

// Number i of all, some of them equal.
double number(std::int64_t i) {
  Random random(5, Stream::sampling, static_cast<std::uint64_t>(i));
  return i % 4 == 0 ? 7.5 : 10 * random.normal();
}

TEST(Quantile, OfNumbersOnSeveralRanksIsThatOfAllTogether) {
  const Communicator comm = Communicator::world();
  for (const std::int64_t n : {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{500}}) {
    std::vector<double> own, all;
    for (std::int64_t i = 0; i < n; ++i) {
      all.push_back(number(i));
      if ((i * i) % comm.size() == comm.rank()) own.push_back(number(i));  // some ranks may have none
    }
    std::ranges::sort(all);
    for (const double share : {0.0, 0.07, 0.25, 0.5, 0.813, 1.0}) {
      const QuantilePlace at = QuantilePlace::of(n, share);
      const auto place = static_cast<std::size_t>(at.place);
      EXPECT_EQ(quantile(comm, own, share), at.value(all[place], all[std::min(place + 1, all.size() - 1)]))
          << share << " of " << n;
    }
  }
}

TEST(Quantile, OfNothingIsNotKnown) {
  EXPECT_TRUE(std::isnan(quantile(Communicator::world(), {}, 0.5)));
}

}  // namespace
}  // namespace elastem
