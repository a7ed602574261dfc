#include "core/order_search.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

double found(const std::vector<double>& values, std::int64_t place) {
  OrderSearch search(place);
  for (int step = 0; step < OrderSearch::steps; ++step) {
    search.count(values);
    search.narrow();
  }
  return search.value();
}

TEST(OrderSearch, FindsEachPlaceOfTheOrder) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Random random(3, Stream::sampling, 0);
  std::vector<double> values = {0.0, -0.0, inf, -inf, 1e-310, -1e-310, 5, 5, 5, -1e300, 1e300};
  for (int i = 0; i < 200; ++i) values.push_back(100 * random.normal());
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(found(values, static_cast<std::int64_t>(i)), sorted[i]) << i;
}

TEST(OrderSearch, CountsOfSeveralPartsAddUp) {
  OrderSearch whole(2), part(2);
  const std::vector<double> one = {4, 1}, two = {3, 2};
  for (int step = 0; step < OrderSearch::steps; ++step) {
    part.count(two);
    whole.count(one);
    for (std::size_t i = 0; i < whole.counts().size(); ++i) {
      whole.counts()[i] += part.counts()[i];
      part.counts()[i] = whole.counts()[i];
    }
    whole.narrow();
    part.narrow();
  }
  EXPECT_EQ(whole.value(), 3);
}

TEST(QuantilePlace, LiesWhereNumpyPutsIt) {
  // numpy.quantile([1, 2, 4, 8], share)
  const std::vector<double> values = {1, 2, 4, 8};
  for (const auto& [share, wanted] :
       {std::pair{0.0, 1.0}, {0.1, 1.3}, {0.5, 3.0}, {0.9, 6.800000000000001}, {1.0, 8.0}}) {
    const QuantilePlace at = QuantilePlace::of(4, share);
    const auto place = static_cast<std::size_t>(at.place);
    EXPECT_EQ(at.value(values[place], values[std::min(place + 1, std::size_t{3})]), wanted) << share;
  }
}

}  // namespace
}  // namespace elastem
