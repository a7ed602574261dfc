#include <cstring>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "maps/density_map.hpp"
#include "maps/stack_reader.hpp"
#include "tests/support/mrc_stack.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/spider_file.hpp"

namespace elastem {
namespace {

std::vector<float> counted(std::size_t values) {
  std::vector<float> pixels(values);
  for (std::size_t i = 0; i < values; ++i) pixels[i] = static_cast<float>(i) - 3.5F;
  return pixels;
}

std::vector<float> section_of(const StackReader& reader, std::int64_t section) {
  std::vector<float> pixels(static_cast<std::size_t>(section_pixels(reader.header())));
  reader.read(section, 1, pixels);
  return pixels;
}

std::vector<float> part(const std::vector<float>& all, std::size_t first, std::size_t count) {
  return {all.begin() + static_cast<std::ptrdiff_t>(first),
          all.begin() + static_cast<std::ptrdiff_t>(first + count)};
}

TEST(Spider, StacksAreReadInEitherByteOrder) {
  const Scratch scratch;
  const auto pixels = counted(3 * 20);
  for (const bool swapped : {false, true}) {
    const StackReader reader(scratch.write(
        "a.stk", spider_file({.columns = 5, .rows = 4, .images = 3, .swapped = swapped}, pixels)));
    const MrcHeader& header = reader.header();
    EXPECT_EQ(header.format, MrcHeader::Format::spider);
    EXPECT_EQ(header.swapped, swapped);
    EXPECT_EQ(header.columns, 5);
    EXPECT_EQ(header.rows, 4);
    EXPECT_EQ(header.sections, 3);
    EXPECT_FALSE(header.volume);
    EXPECT_EQ(header.pixel_size, 0);  // a SPIDER header need not say
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(section_of(reader, static_cast<std::int64_t>(i)), part(pixels, 20 * i, 20)) << i;
    std::vector<float> last_two(40);
    reader.read(1, 2, last_two);
    EXPECT_EQ(last_two, part(pixels, 20, 40));
  }
}

TEST(Spider, SingleImagesAndVolumesAreRead) {
  const Scratch scratch;
  const auto pixels = counted(60);
  const StackReader image(
      scratch.write("a.spi", spider_file({.columns = 5, .rows = 4}, part(pixels, 0, 20))));
  EXPECT_EQ(image.header().sections, 1);
  EXPECT_EQ(section_of(image, 0), part(pixels, 0, 20));
  const StackReader volume(scratch.write(
      "a.vol",
      spider_file({.columns = 5, .rows = 4, .slices = 3, .swapped = true, .pixel_size = 1.5F}, pixels)));
  EXPECT_TRUE(volume.header().volume);
  EXPECT_EQ(volume.header().sections, 3);
  EXPECT_EQ(volume.header().pixel_size, 1.5);
  EXPECT_EQ(section_of(volume, 2), part(pixels, 40, 20));
  // A box whose header is one record, and one so wide that its header ends behind byte 1024
  for (const int side : {256, 300}) {
    const auto wide = counted(static_cast<std::size_t>(side));
    const StackReader reader(scratch.write("b.spi", spider_file({.columns = side, .rows = 1}, wide)));
    EXPECT_EQ(section_of(reader, 0), wide) << side;
  }
}

TEST(Spider, WhatIsNoImageIsRefusedByName) {
  const Scratch scratch;
  const auto pixels = counted(120);
  const auto refused = [&](const SpiderShape& shape, std::initializer_list<std::string> parts) {
    expect_error([&] { StackReader(scratch.write("bad.stk", spider_file(shape, pixels))); }, parts);
  };
  refused({.columns = 5, .rows = 4, .slices = 3, .images = 2}, {"bad.stk", "2 volumes of 5×4×3"});
  refused({.columns = 5, .rows = 4, .images = 6, .form = -11}, {"type -11", "Fourier transform"});
  const std::string whole = spider_file({.columns = 5, .rows = 4, .images = 6}, pixels);
  expect_error([&] { StackReader(scratch.write("cut.stk", whole.substr(0, whole.size() - 1))); },
               {"cut.stk", "6 sections of 5×4", "cut off"});
}

TEST(Spider, VolumesAreMaps) {
  const Scratch scratch;
  std::vector<float> values(6 * 6 * 6, 0.1F);
  for (const std::size_t at : {86U, 87U, 92U, 93U}) values[at] = 5;
  const std::string path =
      scratch.write("a.vol", spider_file({.columns = 6, .rows = 6, .slices = 6}, values));
  expect_error([&] { survey_map({path, "", {}}); }, {"a.vol", "no voxel size", "--voxel-size"});
  const MapSurvey survey = survey_map({path, "", {}, 2.5}).survey;
  EXPECT_EQ(survey.voxels, 4);
  EXPECT_EQ(survey.voxel_size, 2.5);
  const std::string images =
      scratch.write("a.stk", spider_file({.columns = 6, .rows = 6, .images = 6}, values));
  expect_error([&] { survey_map({images, "", {}, 1.0}); }, {"SPIDER file of 6 images"});
}

std::string gzipped(const Scratch& scratch, const std::string& name, const std::string& bytes) {
  const gzFile file = ::gzopen(scratch.path(name).c_str(), "wb");
  ::gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  ::gzclose(file);
  return scratch.path(name);
}

TEST(StackReader, GzippedFilesAreRead) {
  const Scratch scratch;
  MrcHeader header;
  header.columns = header.rows = 4;
  header.sections = 3;
  header.volume = true;
  const auto pixels = counted(48);
  write_mrc(scratch.path("a.mrc"), header, pixels);
  std::ifstream plain(scratch.path("a.mrc"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(plain)), {});
  const StackReader reader(gzipped(scratch, "a.map.gz", bytes));
  EXPECT_TRUE(reader.gzipped());
  EXPECT_TRUE(reader.header().volume);
  EXPECT_EQ(section_of(reader, 2), part(pixels, 32, 16));
  EXPECT_EQ(section_of(reader, 0), part(pixels, 0, 16));
  const StackReader stack(
      gzipped(scratch, "a.stk.gz", spider_file({.columns = 4, .rows = 4, .images = 3}, pixels)));
  EXPECT_EQ(section_of(stack, 1), part(pixels, 16, 16));

  const StackReader cut(gzipped(scratch, "cut.mrc.gz", bytes.substr(0, bytes.size() - 4)));
  expect_error([&] { section_of(cut, 0); }, {"cut.mrc.gz", "shorter than its header says"});
  std::ifstream packed(scratch.path("a.map.gz"), std::ios::binary);
  const std::string half((std::istreambuf_iterator<char>(packed)), {});
  expect_error([&] { section_of(StackReader(scratch.write("half.gz", half.substr(0, half.size() / 2))), 0); },
               {"half.gz", "decompressed"});
}

TEST(StackReader, OtherFormatsAreNamed) {
  const Scratch scratch;
  const auto refused = [&](const std::string& head, const std::string& part) {
    expect_error([&] { StackReader(scratch.write("x.mrcs", head + std::string(2000, '\0'))); },
                 {"x.mrcs", part});
  };
  refused("BZh9", "bzip2");
  refused("\x89HDF", "HDF5");
  refused("\x93NUMPY", "NumPy");
  refused("data_particles\n", "text");
  expect_error([&] { StackReader(scratch.path("")); }, {"no regular file"});
}

}  // namespace
}  // namespace elastem
