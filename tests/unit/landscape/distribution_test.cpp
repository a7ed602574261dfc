#include "landscape/distribution.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {
namespace {

TEST(Histogram, QuantilesOfAnEvenSpread) {
  Histogram histogram(0, 100);
  const int n = 10000;
  for (int i = 0; i < n; ++i) histogram.add((i + 0.5) * 100 / n);
  const double bin = 100.0 / Histogram::bins;
  for (const double share : {0.01, 0.25, 0.5, 0.9}) EXPECT_NEAR(histogram.quantile(share), 100 * share, bin);
  EXPECT_EQ(histogram.total(), n);
}

TEST(Histogram, KeepsOutsidersInTheEndBins) {
  Histogram histogram(0, 1);
  histogram.add(-5);
  histogram.add(7);
  EXPECT_EQ(histogram.counts().front(), 1);
  EXPECT_EQ(histogram.counts().back(), 1);
}

TEST(Histogram, RefusesWhatHasNoRangeOrNoEntry) {
  EXPECT_THROW(Histogram(1, 1), Bug);
  EXPECT_THROW(Histogram(0, 1).quantile(0.5), Bug);
}

TEST(DensityGrid, OnePointBecomesAGaussianOfUnitMass) {
  DensityGrid grid({-64, 64}, {-128, 128});
  grid.add(0.5, 1.0);  // the centre of bin (64, 64)
  const double sx = 6, sy = 8;
  const auto density = grid.density(sx, sy);
  EXPECT_NEAR(density.sum() * 1.0 * 2.0, 1, 1e3 * std::numeric_limits<double>::epsilon());
  // Weights are normalised over the bins within 4 σ instead of over the plane: erfc(4/√2) on each axis.
  const double peak = 1 / (2 * std::numbers::pi * sx * sy), cut = 2 * std::erfc(4 / std::sqrt(2.0));
  EXPECT_NEAR(density(64, 64), peak, peak * cut);
  EXPECT_NEAR(density(70, 64), peak * std::exp(-0.5), peak * cut);
  EXPECT_NEAR(density(64, 68), peak * std::exp(-0.5), peak * cut);
}

TEST(DensityGrid, LeavesOutWhatIsOutside) {
  DensityGrid grid({0, 1}, {0, 1});
  grid.add(1.5, 0.5);
  grid.add(0.5, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(grid.density(0, 0).sum(), 0);
}

TEST(FreeEnergy, OfAGaussianIsAParabola) {
  DensityGrid grid({-50, 50}, {-50, 50});
  Eigen::ArrayXXd density(DensityGrid::bins, DensityGrid::bins);
  for (int i = 0; i < DensityGrid::bins; ++i)
    for (int j = 0; j < DensityGrid::bins; ++j)
      density(i, j) = 3 * std::exp(-0.5 * (std::pow(i - 60, 2) + std::pow(j - 50, 2)) / 100);
  const auto energy = free_energy(density, 6);
  EXPECT_EQ(energy(60, 50), 0);
  EXPECT_NEAR(energy(70, 50), 0.5, 10 * std::numeric_limits<double>::epsilon());
  EXPECT_NEAR(energy(60, 70), 2.0, 10 * std::numeric_limits<double>::epsilon());
  EXPECT_NEAR(energy(0, 127), 6, 10 * std::numeric_limits<double>::epsilon());  // the ceiling
}

TEST(FreeEnergy, RefusesAnEmptyDensity) {
  EXPECT_THROW(free_energy(Eigen::ArrayXXd::Zero(2, 2), 6), Bug);
}

TEST(ScottBandwidth, ShrinksWithTheSixthRoot) {
  EXPECT_NEAR(scott_bandwidth(10, 64) / scott_bandwidth(10, 1), 0.5,
              4 * std::numeric_limits<double>::epsilon());
}

}  // namespace
}  // namespace elastem
