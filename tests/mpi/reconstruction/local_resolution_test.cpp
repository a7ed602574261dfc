#include "mpi/reconstruction/local_resolution.hpp"

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include "core/random.hpp"
#include "maps/stack_reader.hpp"
#include "mpi/reconstruction/map_file.hpp"
#include "reconstruction/half_volume.hpp"
#include "tests/support/mrc_stack.hpp"

namespace elastem {
namespace {

constexpr ImageGrid grid{32, 2.0};
constexpr std::size_t voxels = 32 * 32 * 32;

// White noise from a shell on, of one rank alone.
std::vector<double> noise(std::uint64_t seed, std::size_t from) {
  SlabFft fft(Communicator::self(), grid.size);
  Random random(seed, Stream::noise, 0);
  for (int z = 0; z < grid.size; ++z)
    for (int y = 0; y < grid.size; ++y)
      for (int x = 0; x < grid.size; ++x) fft.voxel(z, y, x) = random.normal();
  fft.forward();
  for_each_term(grid.size, 0, fft.spectrum().size(), [&](std::size_t i, int x, int y, int z) {
    if (shell_of_term(x, y, z) < from) fft.spectrum()[i] = 0;
  });
  fft.backward();
  std::vector<double> values;
  for (int z = 0; z < grid.size; ++z)
    for (int y = 0; y < grid.size; ++y)
      for (int x = 0; x < grid.size; ++x) values.push_back(fft.voxel(z, y, x) / static_cast<double>(voxels));
  return values;
}

MrcHeader header() {
  MrcHeader header;
  header.columns = header.rows = header.sections = grid.size;
  header.pixel_size = grid.pixel_size;
  header.volume = true;
  header.origin = {1, 2, 3};
  return header;
}

// Two halves of one density with a little noise, and where x > 0 much more from 8 Å (shell 8) on.
void write_halves(const std::string& first, const std::string& second) {
  const std::vector<double> density = noise(1, 0);
  for (const std::uint64_t half : {0, 1}) {
    const std::vector<double> little = noise(2 + half, 0), much = noise(4 + half, 8);
    std::vector<float> values;
    for (std::size_t i = 0; i < voxels; ++i)
      values.push_back(static_cast<float>(density[i] + 0.1 * little[i] + (i % 32 > 16 ? 3 * much[i] : 0)));
    write_mrc(half == 0 ? first : second, header(), values);
  }
}

std::vector<float> content(const std::string& path) {
  std::vector<float> values(voxels);
  StackReader(path).read(0, grid.size, values);
  return values;
}

float at(const std::vector<float>& map, int x, int y, int z) {
  return map[static_cast<std::size_t>(((z + 16) * 32 + y + 16) * 32 + x + 16)];
}

class LocalResolutionTest : public testing::Test {
 protected:
  void SetUp() override {
    comm_.barrier();
    if (comm_.root()) write_halves("first.mrc", "second.mrc");
    comm_.barrier();
    request_.first = "first.mrc";
    request_.second = "second.mrc";
    request_.grid = grid;
    request_.radius = 10;
    request_.step = 4;
    request_.randomised_from = 8;
  }
  Communicator comm_ = Communicator::world();
  LocalResolutionRequest request_;
};

TEST_F(LocalResolutionTest, TellsTheSideThatHasMoreNoise) {
  const LocalResolution found = write_local_resolution(comm_, request_, "local.mrc");
  const std::vector<float> map = content("local.mrc");
  for (const int y : {-3, 3}) {
    EXPECT_LT(at(map, -9, y, 0), 4.5) << "Nyquist is 4 Å";
    // The cube's shells are 2 Å wide there, and its windows 2 shells.
    EXPECT_GT(at(map, 9, y, 0), 6.4);
    EXPECT_LT(at(map, 9, y, 0), 11);
  }
  EXPECT_EQ(at(map, -16, -16, -16), 0) << "no window in the corners";
  EXPECT_EQ(found.radius, 10);
  EXPECT_EQ(found.step, 4);
  EXPECT_GT(found.windows, 1000);
  EXPECT_LT(found.lower_quartile, 4.5);
  EXPECT_GT(found.upper_quartile, 6);
  EXPECT_EQ(StackReader("local.mrc").header().origin, header().origin);
}

TEST_F(LocalResolutionTest, IsTheSameOnAnyNumberOfRanks) {
  write_local_resolution(comm_, request_, "together.mrc");
  const std::string alone = fmt::format("alone{}.mrc", comm_.rank());
  write_local_resolution(Communicator::self(), request_, alone);
  const std::vector<float> a = content("together.mrc"), b = content(alone);
  float worst = 0;
  for (std::size_t i = 0; i < voxels; ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  EXPECT_LT(worst, 1e-3);  // Å: random phases are rounded to floats in real space
}

TEST_F(LocalResolutionTest, HasWindowsWhereTheMaskIs) {
  if (comm_.root()) {
    std::vector<float> mask(voxels, 0.0F);
    for (std::size_t i = 0; i < voxels; ++i) mask[i] = i % 32 < 12 ? 1 : 0;
    write_mrc("left.mrc", header(), mask);
  }
  comm_.barrier();
  LocalResolutionRequest left = request_;
  left.mask.file = "left.mrc";
  const LocalResolution found = write_local_resolution(comm_, left, "masked.mrc");
  const std::vector<float> map = content("masked.mrc");
  EXPECT_GT(at(map, -9, 3, 0), 0);
  EXPECT_EQ(at(map, 9, 3, 0), 0);
  EXPECT_LT(found.upper_quartile, 4.6) << "half the voxels of the whole box would be coarser";
}

}  // namespace
}  // namespace elastem
