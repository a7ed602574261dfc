#include "maps/density_map.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "maps/mrc.hpp"
#include "tests/support/mrc_stack.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

constexpr std::int64_t columns = 8, rows = 7, sections = 6;

std::size_t voxel(std::int64_t x, std::int64_t y, std::int64_t z) {
  return static_cast<std::size_t>((z * rows + y) * columns + x);
}

// A block of 3 × 2 × 2 voxels of densities 10 … 21 in a solvent of −1 and 1 by turns.
std::vector<float> block() {
  std::vector<float> values(columns * rows * sections);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 == 0 ? -1.0F : 1.0F;
  float next = 10;
  for (std::int64_t z = 3; z < 5; ++z)
    for (std::int64_t y = 1; y < 3; ++y)
      for (std::int64_t x = 2; x < 5; ++x) values[voxel(x, y, z)] = next++;
  return values;
}

std::string written(const Scratch& scratch, const std::string& name, const std::vector<float>& values,
                    bool volume = true) {
  MrcHeader header;
  header.columns = columns;
  header.rows = rows;
  header.sections = sections;
  header.pixel_size = 1.5;
  header.volume = volume;
  write_mrc(scratch.path(name), header, values);
  return scratch.path(name);
}

template <class T>
void put(const std::string& path, std::streamoff offset, T value) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offset);
  file.write(reinterpret_cast<const char*>(&value), sizeof value);
}

void expect_refusal(const MapSelection& selection, const std::string& text) {
  expect_error([&] { survey_map(selection); }, {text});
}

TEST(DensityMap, OtsuSeparatesTheParticleFromTheSolvent) {
  const Scratch scratch;
  const MapSelection selection{written(scratch, "map.mrc", block()), "", {}};
  const SurveyedMap map = survey_map(selection);
  EXPECT_GT(map.survey.threshold, 1);
  EXPECT_LT(map.survey.threshold, 10);
  EXPECT_EQ(map.survey.voxels, 12);
  EXPECT_EQ(map.survey.first, (std::array<std::int64_t, 3>{2, 1, 3}));
  EXPECT_EQ(map.survey.box, (std::array<std::int64_t, 3>{3, 2, 2}));
  EXPECT_EQ(map.plane_voxels, (std::vector<std::int64_t>{6, 6}));
  EXPECT_EQ(map.survey.maximum, 21);
  // 99th less 1st percentile of 12 values are the last and the first, to a bin of the histogram.
  EXPECT_NEAR(map.survey.range, 11, 2 * 21.0 / 65536);
  const DensitySlab slab = read_slab(selection, map.survey, 1, 1);
  EXPECT_EQ(slab.values, (std::vector<float>{16, 17, 18, 19, 20, 21}));
}

TEST(DensityMap, ThresholdAndMaskSelect) {
  const Scratch scratch;
  const std::string path = written(scratch, "map.mrc", block());
  EXPECT_EQ(survey_map({path, "", 15.5}).survey.voxels, 6);
  const auto all = block();
  EXPECT_EQ(survey_map({path, "", -5.0}).survey.voxels,
            std::count_if(all.begin(), all.end(), [](float value) { return value > 0; }));
  std::vector<float> inside(columns * rows * sections, 0);
  for (const std::int64_t x : {2, 3}) inside[voxel(x, 1, 3)] = 1;
  inside[voxel(4, 1, 3)] = 0.4F;
  const std::string mask = written(scratch, "mask.mrc", inside);
  EXPECT_EQ(survey_map({path, mask, {}}).survey.voxels, 2);
  EXPECT_EQ(survey_map({path, mask, 10.5}).survey.voxels, 1);
}

TEST(DensityMap, BlurOfIsolatedPointsIsTheirWidth) {
  const Scratch scratch;
  std::vector<float> values(columns * rows * sections);
  for (std::int64_t z = 0; z < sections; ++z)
    for (std::int64_t y = 0; y < rows; ++y)
      for (std::int64_t x = 0; x < columns; ++x) {
        const auto squared = static_cast<float>((x - 4) * (x - 4) + (y - 3) * (y - 3) + (z - 3) * (z - 3));
        values[voxel(x, y, z)] = std::exp(-squared / 2.0F);  // σ = 1 voxel
      }
  // One point whole would give √(1.4·2/5) = 0.75 in the continuum; differences of voxels one σ apart and the
  // cut at a twentieth of its height change that by a fifth at most.
  EXPECT_NEAR(survey_map({written(scratch, "map.mrc", values), "", 0.05}).survey.blur, 0.75, 0.15);
}

TEST(DensityMap, PositionsFollowOriginStartAndAxes) {
  const Scratch scratch;
  const std::string path = written(scratch, "map.mrc", block());
  const Eigen::Matrix3Xd corner = Eigen::Vector3d(0, 0, 0), off = Eigen::Vector3d(1, 0, 0);
  EXPECT_EQ(positions_in_map(survey_map({path, "", {}}).survey, corner), Eigen::Vector3d(3, 1.5, 4.5));
  put(path, 16, std::int32_t{10});  // NXSTART
  EXPECT_EQ(positions_in_map(survey_map({path, "", {}}).survey, corner), Eigen::Vector3d(18, 1.5, 4.5));
  put(path, 196 + 4, -7.0F);  // ORIGIN y wins
  EXPECT_EQ(positions_in_map(survey_map({path, "", {}}).survey, corner), Eigen::Vector3d(3, -5.5, 4.5));
  put(path, 64, std::int32_t{3});  // columns run along z, sections along x
  put(path, 72, std::int32_t{1});
  const MapSurvey survey = survey_map({path, "", {}}).survey;
  EXPECT_EQ(positions_in_map(survey, corner), Eigen::Vector3d(4.5, -5.5, 3));
  EXPECT_EQ(positions_in_map(survey, off), Eigen::Vector3d(4.5, -5.5, 4.5));
}

TEST(DensityMap, RefusesWhatIsNoMap) {
  const Scratch scratch;
  const std::string stack = written(scratch, "stack.mrc", block(), false);
  expect_refusal({stack, "", {}}, "is a stack of images");
  put(stack, 36, static_cast<std::int32_t>(sections));  // as RELION writes maps: ISPG 0, but MZ = NZ
  put(stack, 48, 1.5F * sections);
  EXPECT_EQ(survey_map({stack, "", {}}).survey.voxels, 12);
  put(stack, 36, std::int32_t{1});
  put(stack, 48, 1.5F);
  put(stack, 88, std::int32_t{19});  // a crystal's space group says a volume too
  EXPECT_EQ(survey_map({stack, "", {}}).survey.voxels, 12);
  put(stack, 88, std::int32_t{401});
  put(stack, 36, std::int32_t{3});
  expect_refusal({stack, "", {}}, "a stack of 2 volumes");
  put(stack, 88, std::int32_t{0});
  put(stack, 36, static_cast<std::int32_t>(sections));
  put(stack, 48, 1.5F * sections);
  std::filesystem::rename(stack, scratch.path("stack.mrcs"));
  expect_refusal({scratch.path("stack.mrcs"), "", {}}, "is a stack of images");
}

TEST(DensityMap, RefusesVoxelsThatAreNotCubic) {
  const Scratch scratch;
  const std::string path = written(scratch, "map.mrc", block());
  put(path, 60, 100.0F);  // gamma
  expect_refusal({path, "", {}}, "oblique (100");
  put(path, 44, 21.0F);  // cell along y: 3 Å per voxel
  expect_refusal({path, "", {}}, "1.5 × 3 × 1.5");
  put(path, 44, 0.0F);
  expect_refusal({path, "", {}}, "no voxel size");
}

TEST(DensityMap, RefusesDensitiesThatSayNothing) {
  const Scratch scratch;
  std::vector<float> values(columns * rows * sections, 0);
  expect_refusal({written(scratch, "zero.mrc", values), "", {}}, "only zeros");
  std::fill(values.begin(), values.end(), -1.0F);
  values[voxel(5, 4, 3)] = -9;
  expect_refusal({written(scratch, "dark.mrc", values), "", {}}, "Invert the contrast");
  values[voxel(5, 4, 3)] = -0.5F;
  expect_refusal({written(scratch, "offset.mrc", values), "", {}},
                 "all densities are negative: from -1 to -0.5");
  expect_refusal({scratch.path("offset.mrc"), "", {}}, "add 0.9985 to all");  // (335 + 0.5) / 336
  std::fill(values.begin(), values.end(), 2.0F);
  expect_refusal({written(scratch, "flat.mrc", values), "", {}}, "2 everywhere");
  values[voxel(5, 4, 3)] = std::numeric_limits<float>::quiet_NaN();
  expect_refusal({written(scratch, "nan.mrc", values), "", {}}, "voxel 5, 4, 3");
  expect_refusal({written(scratch, "high.mrc", block()), "", 21.0}, "not below the maximum");
}

TEST(DensityMap, RefusesMasksThatDoNotFit) {
  const Scratch scratch;
  const std::string path = written(scratch, "map.mrc", block());
  expect_refusal({path, written(scratch, "empty.mrc", std::vector<float>(columns * rows * sections, 0)), {}},
                 "no voxel of positive density");
  MrcHeader header;
  header.columns = header.rows = header.sections = 4;
  header.volume = true;
  write_mrc(scratch.path("small.mrc"), header, std::vector<float>(64, 1));
  expect_refusal({path, scratch.path("small.mrc"), {}}, "4×4×4");
}

}  // namespace
}  // namespace elastem
