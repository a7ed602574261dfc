#include "selection/row_shares.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastem {
namespace {

using testing::ElementsAre;

TEST(RowShares, HalvesOfASetStandBesideEachOther) {
  RowShares shares(5, 2, 2, 0);
  shares.of(5)[0] = 1;
  shares.of(6)[0] = 0.25F;
  shares.of(6)[1] = 0.75F;
  const std::array<std::uint8_t, 2> halves{2, 1};
  const RowShares parts = halved(shares, halves);
  EXPECT_EQ(parts.sets(), 4U);
  EXPECT_THAT(parts.of(5), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(parts.of(6), ElementsAre(0.25F, 0, 0.75F, 0));
}

TEST(RowShares, AValueIsSharedBetweenTheTwoPlacesThatItLiesBetween) {
  const std::array places{10.0, 14.0, 18.0};
  std::array<float, 3> shares{};
  share_between(15, places, shares);
  EXPECT_THAT(shares, ElementsAre(0, 0.75F, 0.25F));
  share_between(18, places, shares);
  EXPECT_THAT(shares, ElementsAre(0, 0, 1));
  share_between(8, places, shares);  // half of the way to a place that is not there
  EXPECT_THAT(shares, ElementsAre(0.5F, 0, 0));
  for (const double none : {23.0, -1e9, std::numeric_limits<double>::quiet_NaN()}) {
    share_between(none, places, shares);
    EXPECT_THAT(shares, ElementsAre(0, 0, 0)) << none;
  }
}

TEST(PlaceAlong, IsThatOfTheNearestPointOfTheLine) {
  const std::array line{0.0, 0.0, 2.0, 0.0, 2.0, 4.0};  // two pieces round a corner
  EXPECT_DOUBLE_EQ(place_along(std::array{1.0, -1.0}, line), 0.5);
  EXPECT_DOUBLE_EQ(place_along(std::array{3.0, 3.0}, line), 1.75);
  EXPECT_DOUBLE_EQ(place_along(std::array{2.5, -0.5}, line), 1);     // the corner
  EXPECT_DOUBLE_EQ(place_along(std::array{-1.0, 0.0}, line), -0.5);  // just before the first point
  EXPECT_TRUE(std::isnan(place_along(std::array{-3.0, 0.0}, line)));
  EXPECT_TRUE(std::isnan(place_along(std::array{2.0, 9.0}, line)));
  EXPECT_TRUE(std::isnan(place_along(std::array{std::nan(""), 0.0}, line)));
}

}  // namespace
}  // namespace elastem
