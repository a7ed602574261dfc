#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "maps/mrc.hpp"
#include "particles/particle_file.hpp"
#include "tests/support/mrc_stack.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

constexpr int side = 8;

void write_stack(const std::string& path, const std::vector<std::vector<float>>& images) {
  MrcHeader header;
  header.columns = header.rows = side;
  header.sections = static_cast<std::int64_t>(images.size());
  std::vector<float> pixels;
  for (const auto& image : images) pixels.insert(pixels.end(), image.begin(), image.end());
  write_mrc(path, header, pixels);
}

std::vector<float> ramp(float first) {
  std::vector<float> values(side * side);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = first + static_cast<float>(i);
  return values;
}

Particle particle_of(const std::string& stack, std::int64_t slice, int size = side) {
  Particle particle;
  particle.stack = stack;
  particle.slice = slice;
  particle.size = size;
  return particle;
}

TEST(ImageReader, ReasonsOfUnusableImages) {
  const Scratch scratch;
  std::vector<float> broken = ramp(0);
  broken[7] = std::numeric_limits<float>::quiet_NaN();
  write_stack(scratch.path("a.mrcs"), {ramp(3), std::vector<float>(side * side, 1.0F), broken});
  ImageReader reader(scratch.path("p.star"));
  const auto reason_of = [&](const Particle& particle) {
    const ReadImage image = reader.read(particle);
    EXPECT_EQ(image.pixels.size() == 0, image.failure != FailureReason::none);
    return image.failure;
  };
  EXPECT_EQ(reason_of(particle_of("a.mrcs", 0)), FailureReason::none);
  EXPECT_EQ(reason_of(particle_of("a.mrcs", 1)), FailureReason::constant);
  EXPECT_EQ(reason_of(particle_of("a.mrcs", 2)), FailureReason::not_finite);
  EXPECT_EQ(reason_of(particle_of("a.mrcs", 3)), FailureReason::unreadable);
  EXPECT_EQ(reason_of(particle_of("none.mrcs", 0)), FailureReason::unreadable);
  EXPECT_EQ(reason_of(particle_of("a.mrcs", 0, side + 1)), FailureReason::wrong_size);
}

TEST(ImageReader, RowsOfTheImageAreY) {
  const Scratch scratch;
  write_stack(scratch.path("a.mrcs"), {ramp(0)});
  const Image image = ImageReader(scratch.path("p.star")).read(particle_of("a.mrcs", 0)).pixels;
  EXPECT_EQ(image(1, 0), side);
  EXPECT_EQ(image(0, 1), 1);
}

TEST(ImageReader, MoreStacksThanAreKeptOpen) {
  const Scratch scratch;
  for (int i = 0; i < 50; ++i)
    write_stack(scratch.path(std::to_string(i) + ".mrcs"), {ramp(static_cast<float>(i))});
  ImageReader reader(scratch.path("p.star"));
  for (const int step : {1, 7, 1}) {
    for (int i = 0; i < 50; i += step) {
      const ReadImage image = reader.read(particle_of(std::to_string(i) + ".mrcs", 0));
      ASSERT_EQ(image.failure, FailureReason::none);
      EXPECT_EQ(image.pixels(0, 0), static_cast<float>(i));
    }
  }
}

TEST(FindStack, LooksUnderTheDataFolderFirst) {
  const Scratch scratch;
  scratch.write("star/a.mrcs", "x");
  const std::string star = scratch.path("star/p.star");
  EXPECT_EQ(find_stack("a.mrcs", star, scratch.path("data")), scratch.path("star/a.mrcs"));
  scratch.write("data/a.mrcs", "x");
  EXPECT_EQ(find_stack("a.mrcs", star, scratch.path("data")), scratch.path("data/a.mrcs"));
  EXPECT_EQ(find_stack(scratch.path("data/a.mrcs"), star, ""), scratch.path("data/a.mrcs"));
  expect_error([&] { find_stack("b.mrcs", star, scratch.path("data")); },
               {"p.star", "b.mrcs", scratch.path("data/b.mrcs"), scratch.path("star/b.mrcs"), "--datadir"});
}

}  // namespace
}  // namespace elastem
