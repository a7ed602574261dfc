#include "synthesis/noise_power.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

// A column per point.
Eigen::Matrix2Xd points(std::initializer_list<std::pair<double, double>> list) {
  Eigen::Matrix2Xd table(2, static_cast<Eigen::Index>(list.size()));
  Eigen::Index i = 0;
  for (const auto& [frequency, power] : list) table.col(i++) = Eigen::Vector2d(frequency, power);
  return table;
}

TEST(NoisePower, IsLinearBetweenThePointsAndConstantBeyond) {
  const ImageGrid grid{16, 2.5};  // shell r at r/40 1/Å
  const NoiseSpectrum noise = noise_of_shells(points({{0.05, 4}, {0.15, 2}, {0.16, 8}}), grid);
  ASSERT_EQ(noise.size(), 9U);
  const double tolerance = 20 * std::numeric_limits<double>::epsilon() * 8;
  const double expected[] = {4, 4, 4, 3.5, 3, 2.5, 2, 8, 8};
  for (std::size_t r = 0; r < 9; ++r) EXPECT_NEAR(noise[r], expected[r], tolerance) << r;
}

TEST(NoisePower, OnePointIsWhiteNoise) {
  for (const double power : noise_of_shells(points({{0.1, 3}}), {32, 1.0})) EXPECT_EQ(power, 3);
}

TEST(NoisePower, RefusesWhatIsNoSpectrum) {
  const ImageGrid grid{16, 2.5};
  expect_error(
      [&] {
        noise_of_shells(points({{0.1, 1}, {0.1, 2}}), grid);
      },
      {"--noise-spectrum", "point 2", "ascend"});
  expect_error([&] { noise_of_shells(points({{-0.1, 1}}), grid); }, {"point 1", "at least 0"});
  expect_error([&] { noise_of_shells(points({{0.1, -1}}), grid); }, {"point 1", "power is at least 0"});
  expect_error([&] { noise_of_shells(points({{0.1, 0}, {0.2, 0}}), grid); }, {"no shell"});
}

}  // namespace
}  // namespace elastem
