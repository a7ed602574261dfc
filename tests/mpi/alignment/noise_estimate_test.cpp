#include "mpi/alignment/noise_estimate.hpp"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "mpi/alignment/stored_noise.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/small_set.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

constexpr std::int64_t images = 70;  // some blocks of 16, the last one not full

// `images` of white noise of 16² pixels, standard deviation 2, in two optics groups of one grid.
ParticleSet noise_set(const Communicator& comm, const std::string& name, float deviation) {
  on_root(comm, [&] {
    write_noise_stack(name + ".mrcs", images, 16, deviation);
    std::string rows;
    for (std::int64_t i = 1; i <= images; ++i) rows += std::to_string(i) + "@" + name + ".mrcs 1\n";
    write_star(name + ".star", small_star_head(), rows);
  });
  return open_particles(comm, {.path = name + ".star", .datadir = ""});
}

TEST(NoiseEstimate, WhiteNoiseIsFlatAndOfItsVariance) {
  const auto comm = Communicator::world();
  const auto noise = background_noise(comm, noise_set(comm, "white", 2), images, 0).value();
  ASSERT_EQ(noise.size(), 9U);
  const double mean = std::accumulate(noise.begin(), noise.end(), 0.0) / 9;
  // E|N|² = S²σ². About a third of the pixels lie outside the circle: √(2/(70·85)) = 1.8 % is the standard
  // deviation of their power; the mean over shells weighs the small ones more.
  EXPECT_NEAR(mean / (16 * 16 * 4), 1, 0.15);
}

TEST(NoiseEstimate, IsTheSameOnAnyNumberOfRanks) {
  const auto comm = Communicator::world();
  const ParticleSet set = noise_set(comm, "ranks", 1);
  EXPECT_EQ(background_noise(comm, set, images, 0), background_noise(Communicator::self(), set, images, 0));
}

TEST(NoiseEstimate, EveryRankGetsAllResidualsInTheOrderOfTheSample) {
  const auto comm = Communicator::world();
  const std::size_t particles = 40;
  const auto residual_of = [](std::size_t row) -> std::optional<Residual> {
    if (row % 5 == 0) return std::nullopt;  // particles that fail
    const auto value = static_cast<double>(row);
    const auto all = [](double x) { return std::vector<double>(9, x); };
    return Residual{.power = all(value),
                    .freedom = all(100),
                    .taken = all(value + 0.3),
                    .under = all(value + 0.1),
                    .overall = all(value + 0.2),
                    .window_freedom = all(50)};
  };
  const auto residuals = sample_residuals(comm, 9, particles, residual_of);
  ASSERT_EQ(residuals.size(), 32U);
  std::size_t next = 0;
  for (std::size_t row = 0; row < particles; ++row) {
    if (row % 5 == 0) continue;
    const Residual expected = residual_of(row).value(), &found = residuals[next++];
    EXPECT_EQ(found.power, expected.power);
    EXPECT_EQ(found.freedom, expected.freedom);
    EXPECT_EQ(found.taken, expected.taken);
    EXPECT_EQ(found.under, expected.under);
    EXPECT_EQ(found.overall, expected.overall);
    EXPECT_EQ(found.window_freedom, expected.window_freedom);
  }
  EXPECT_TRUE(
      sample_residuals(comm, 9, particles, [](std::size_t) { return std::optional<Residual>(); }).empty());
}

TEST(NoiseEstimate, ASetWithoutReadableImagesIsRefused) {
  const auto comm = Communicator::world();
  const ParticleSet set = noise_set(comm, "constant", 0);  // all pixels equal
  EXPECT_THAT(error_of([&] { background_noises(comm, set, {true}, images); }),
              HasSubstr("constant.star: none of its particles can be read as images"));
}

TEST(StoredNoise, ComesBackFromTheTable) {
  const auto comm = Communicator::world();
  const ParticleSet set = noise_set(comm, "stored", 1);
  const PerGrid<NoiseSpectrum> noise = background_noises(comm, set, used_grids(set, images), images);
  TableContents contents;
  contents.vectors = stored_noise(set, noise);
  const auto table = ResultTable::create(comm, "stored_noise.h5", 1, {}, {}, contents);
  EXPECT_EQ(load_noise(table, "stored_noise.h5", {true}), noise);
  EXPECT_THAT(error_of([&] {
                load_noise(table, "stored_noise.h5", {true, true});
              }),
              HasSubstr("stored_noise.h5 holds no /fit/noise_spectrum_2"));
}

}  // namespace
}  // namespace elastem
