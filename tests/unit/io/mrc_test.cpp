#include "io/mrc.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

MrcHeader stack_of(std::int64_t sections) {
  MrcHeader header;
  header.columns = 5;
  header.rows = 3;
  header.sections = sections;
  header.pixel_size = 2.2;
  return header;
}

std::vector<float> ramp(std::size_t n, float first = 0) {
  std::vector<float> values(n);
  std::iota(values.begin(), values.end(), first);
  return values;
}

TEST(Mrc, SectionsComeBackFromWhereTheyWereWritten) {
  const Scratch scratch;
  const std::string path = scratch.path("stack.mrcs");
  {
    MrcWriter first = MrcWriter::create(path, stack_of(4)), second = MrcWriter::open(path);
    second.write(2, ramp(30, 100));
    first.write(0, ramp(15));
  }
  const MrcReader reader(path);
  EXPECT_EQ(reader.header().columns, 5);
  EXPECT_EQ(reader.header().rows, 3);
  EXPECT_EQ(reader.header().sections, 4);
  EXPECT_FALSE(reader.header().volume);
  EXPECT_NEAR(reader.header().pixel_size, 2.2,
              5 * std::numeric_limits<float>::epsilon());  // stored as float32 × 5
  std::vector<float> pixels(15);
  reader.read(3, 1, pixels);
  EXPECT_EQ(pixels, ramp(15, 115));
  reader.read(1, 1, pixels);
  EXPECT_EQ(pixels, std::vector<float>(15, 0.0F));  // never written
  reader.read(0, 1, pixels);
  EXPECT_EQ(pixels, ramp(15));
  EXPECT_EQ(std::filesystem::file_size(path), 1024U + 4 * 15 * 4);
}

TEST(Mrc, AMapSaysSo) {
  const Scratch scratch;
  MrcHeader header = stack_of(7);
  header.volume = true;
  MrcWriter::create(scratch.path("map.mrc"), header);
  EXPECT_TRUE(MrcReader(scratch.path("map.mrc")).header().volume);
}

// A file of one 2×2 section as another program would write it, in either byte order.
template <class T>
std::string foreign_file(int mode, const std::vector<T>& values, bool swapped, int extended = 0) {
  std::string file(1024 + static_cast<std::size_t>(extended), '\0');
  const auto put = [&](std::size_t at, auto value) {
    std::array<char, sizeof value> bytes;
    std::memcpy(bytes.data(), &value, sizeof value);
    if (swapped) std::reverse(bytes.begin(), bytes.end());
    std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
  };
  for (const auto& [at, value] :
       {std::pair{0, 2}, {4, 2}, {8, 1}, {12, mode}, {28, 2}, {32, 2}, {36, 1}, {92, extended}}) {
    put(static_cast<std::size_t>(at), std::int32_t{value});
  }
  put(40, 3.0F);  // two pixels of 1.5 Å
  for (const T value : values) {
    const std::size_t end = file.size();
    file.resize(end + sizeof(T));
    put(end, value);
  }
  return file;
}

template <class T>
void expect_reads(int mode, const std::vector<T>& values, const std::vector<float>& expected) {
  const Scratch scratch;
  for (const bool swapped : {false, true}) {
    for (const int extended : {0, 160}) {
      const MrcReader reader(scratch.write("a.mrc", foreign_file(mode, values, swapped, extended)));
      EXPECT_EQ(reader.header().mode, mode);
      EXPECT_EQ(reader.header().swapped, swapped);
      EXPECT_EQ(reader.header().pixel_size, 1.5);
      std::vector<float> pixels(4);
      reader.read(0, 1, pixels);
      EXPECT_EQ(pixels, expected) << "mode " << mode << " swapped " << swapped;
    }
  }
}

TEST(Mrc, EveryModeIsReadInEitherByteOrder) {
  expect_reads<std::int8_t>(0, {-128, -1, 0, 127}, {-128, -1, 0, 127});
  expect_reads<std::int16_t>(1, {-32768, -1, 258, 32767}, {-32768, -1, 258, 32767});
  expect_reads<float>(2, {-1.5F, 0, 1e-30F, 3e30F}, {-1.5F, 0, 1e-30F, 3e30F});
  expect_reads<std::uint16_t>(6, {0, 1, 32768, 65535}, {0, 1, 32768, 65535});
  // IEEE half precision: 1, −2, the smallest subnormal, the largest number
  expect_reads<std::uint16_t>(12, {0x3c00, 0xc000, 0x0001, 0x7bff}, {1, -2, std::ldexp(1.0F, -24), 65504});
}

TEST(Mrc, WhatIsWrongIsSaid) {
  const Scratch scratch;
  expect_error([&] { MrcReader(scratch.path("none.mrcs")); }, {"none.mrcs", "cannot be opened"});
  expect_error([&] { MrcReader(scratch.write("short.mrc", "MRC")); }, {"short.mrc", "1024"});
  expect_error([&] { MrcReader(scratch.write("text.mrc", std::string(2000, 'x'))); },
               {"text.mrc", "no MRC file"});
  expect_error(
      [&] {
        MrcReader(scratch.write("mode.mrc", foreign_file<std::int16_t>(4, {1, 2, 3, 4}, false)));
      },
      {"mode.mrc", "mode 4", "float32"});
  const std::string whole = foreign_file<float>(2, {1, 2, 3, 4}, false);
  expect_error([&] { MrcReader(scratch.write("cut.mrc", whole.substr(0, whole.size() - 1))); },
               {"cut.mrc", "shorter than its header says", "1039 of 1040"});
  std::string negative = whole;
  const std::int32_t length = -5;
  std::memcpy(negative.data() + 92, &length, 4);
  expect_error([&] { MrcReader(scratch.write("negative.mrc", negative)); },
               {"negative.mrc", "negative length"});
}

TEST(Mrc, AHeaderThatAsksForTooMuchIsRefused) {
  const Scratch scratch;
  std::string file(4096, '\0');
  const std::array<std::int32_t, 4> size = {1 << 20, 1 << 20, 2147483647, 2};
  std::memcpy(file.data(), size.data(), sizeof size);
  expect_error([&] { MrcReader(scratch.write("huge.mrc", file)); }, {"huge.mrc", "damaged"});
}

TEST(Mrc, SectionsOutsideAreRefused) {
  const Scratch scratch;
  const std::string path = scratch.path("stack.mrcs");
  MrcWriter writer = MrcWriter::create(path, stack_of(2));
  std::vector<float> pixels(15);
  expect_error([&] { MrcReader(path).read(2, 1, pixels); }, {"stack.mrcs", "has 2 sections", "number 3"});
  EXPECT_THROW(writer.write(2, pixels), Bug);
}

TEST(Mrc, AFullDiskIsFoundAtOnceAndLeavesNoFile) {
  MrcHeader header = stack_of((std::int64_t{1} << 31) - 1);
  header.columns = header.rows = 1 << 14;  // 2⁶¹ bytes
  const Scratch scratch;
  expect_error([&] { MrcWriter::create(scratch.path("huge.mrcs"), header); }, {"huge.mrcs", "no room"});
  EXPECT_FALSE(std::filesystem::exists(scratch.path("huge.mrcs")));
}

}  // namespace
}  // namespace elastem
