#include "maps/mrc.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <sys/stat.h>
#include <vector>

#include <gtest/gtest.h>

#include "maps/stack_reader.hpp"
#include "tests/support/mrc_stack.hpp"
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

TEST(Mrc, SectionsComeBack) {
  const Scratch scratch;
  const std::string path = scratch.path("stack.mrcs");
  write_mrc(path, stack_of(4), ramp(60));
  const StackReader reader(path);
  EXPECT_EQ(reader.header().columns, 5);
  EXPECT_EQ(reader.header().rows, 3);
  EXPECT_EQ(reader.header().sections, 4);
  EXPECT_FALSE(reader.header().volume);
  EXPECT_NEAR(reader.header().pixel_size, 2.2,
              5 * std::numeric_limits<float>::epsilon());  // stored as float32 × 5
  std::vector<float> pixels(30);
  reader.read(1, 2, pixels);
  EXPECT_EQ(pixels, ramp(30, 15));
  EXPECT_EQ(std::filesystem::file_size(path), 1024U + 4 * 15 * 4);
}

TEST(Mrc, ANewFileHasItsFullLengthAndPixelsOfZero) {
  const Scratch scratch;
  const std::string path = scratch.path("new.mrcs");
  create_mrc(path, stack_of(7));
  EXPECT_EQ(std::filesystem::file_size(path), 1024U + 7 * 15 * 4);
  std::vector<float> pixels(15, 1.0F);
  StackReader(path).read(6, 1, pixels);
  EXPECT_EQ(pixels, std::vector<float>(15, 0.0F));
}

TEST(Mrc, Float16IsTheNearestAndHalfTheSize) {
  const Scratch scratch;
  const std::string path = scratch.path("half.mrcs");
  MrcHeader header = stack_of(2);
  header.mode = 12;
  std::vector<float> values(30);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i)) * 100;
  values[3] = 65504;
  values[4] = -65519;  // rounds to -65504
  values[5] = std::ldexp(1.0F, -24);
  values[6] = std::ldexp(1.0F, -26);  // rounds to 0
  write_mrc(path, header, values);
  EXPECT_EQ(std::filesystem::file_size(path), 1024U + 2 * 15 * 2);
  const StackReader reader(path);
  EXPECT_EQ(reader.header().mode, 12);
  std::vector<float> pixels(30);
  reader.read(0, 2, pixels);
  for (std::size_t i = 0; i < values.size(); ++i) {
    // Half a unit of the last of 11 bits, or of the smallest subnormal.
    const float unit = std::max(std::ldexp(std::abs(values[i]), -11), std::ldexp(1.0F, -25));
    EXPECT_LE(std::abs(pixels[i] - values[i]), unit) << values[i];
  }
  EXPECT_EQ(pixels[3], 65504);
  EXPECT_EQ(pixels[4], -65504);
  EXPECT_EQ(pixels[5], std::ldexp(1.0F, -24));
  EXPECT_EQ(pixels[6], 0);
}

TEST(Mrc, WhatFloat16CannotHoldIsRefused) {
  for (const float value :
       {65520.0F, -1e10F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<char> bytes;
    const std::vector<float> pixels = {1, value};
    expect_error([&] { encode_pixels(pixels, 12, bytes); }, {"float16", "65504", "float32"});
    bytes.clear();
    encode_pixels(pixels, 2, bytes);
    EXPECT_EQ(bytes.size(), 8U);
  }
}

TEST(Mrc, AMapSaysSo) {
  const Scratch scratch;
  MrcHeader header = stack_of(7);
  header.volume = true;
  create_mrc(scratch.path("map.mrc"), header);
  EXPECT_TRUE(StackReader(scratch.path("map.mrc")).header().volume);
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
      const StackReader reader(scratch.write("a.mrc", foreign_file(mode, values, swapped, extended)));
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

TEST(Mrc, TheMachineStampDecidesOnlyWhereBothOrdersMakeSense) {
  const Scratch scratch;
  const std::vector<float> values = {1, 2, 3, 4};
  for (const bool swapped : {false, true}) {
    for (const char stamp : {'\x44', '\x11', '\0'}) {
      std::string file = foreign_file<float>(2, values, swapped);
      file[212] = file[213] = stamp;
      const StackReader reader(scratch.write("a.mrc", file));
      std::vector<float> pixels(4);
      reader.read(0, 1, pixels);
      EXPECT_EQ(pixels, values) << swapped << static_cast<int>(stamp);
    }
    // 256 × 256 pixels of mode 0: in the other order 65536 × 65536, which is a size too.
    std::string file = foreign_file<std::int8_t>(0, {}, swapped);
    file.resize(1024 + 256 * 256, '\5');
    const std::size_t high = swapped ? 2 : 1;
    for (const std::size_t side : {0, 4}) {
      std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(side), 4, '\0');
      file[side + high] = 1;
    }
    file[8] = file[11] = '\0';
    file[8 + (swapped ? 3 : 0)] = 1;
    file[212] = file[213] = swapped ? '\x11' : '\x44';
    const StackReader reader(scratch.write("b.mrc", file));
    EXPECT_EQ(reader.header().columns, 256);
    EXPECT_EQ(reader.header().rows, 256);
    EXPECT_EQ(reader.header().sections, 1);
  }
}

TEST(Mrc, WhatIsWrongIsSaid) {
  const Scratch scratch;
  const std::string whole = foreign_file<float>(2, {1, 2, 3, 4}, false);
  const auto with = [&](std::size_t byte, std::int32_t value) {
    std::string file = whole;
    std::memcpy(file.data() + byte, &value, 4);
    return scratch.write("bad.mrc", file);
  };
  expect_error([&] { StackReader(scratch.path("none.mrcs")); }, {"none.mrcs", "cannot be opened"});
  expect_error([&] { StackReader(scratch.write("short.mrc", whole.substr(0, 1023))); },
               {"short.mrc", "ends before byte 1024"});
  expect_error([&] { StackReader(scratch.write("text.mrc", std::string(2000, 'x'))); },
               {"text.mrc", "byte 0", "no MRC file"});
  expect_error([&] { StackReader(with(0, 0)); }, {"bad.mrc", "byte 0: 0 columns"});
  expect_error([&] { StackReader(with(4, -7)); }, {"bad.mrc", "byte 4: -7 rows"});
  expect_error([&] { StackReader(with(8, -1)); }, {"bad.mrc", "byte 8: -1 sections"});
  expect_error([&] { StackReader(with(12, -3)); }, {"bad.mrc", "byte 12: mode -3"});
  expect_error([&] { StackReader(with(12, 4)); }, {"bad.mrc", "byte 12: mode 4", "float32"});
  expect_error([&] { StackReader(with(92, -5)); }, {"bad.mrc", "byte 92", "-5 bytes"});
  expect_error([&] { StackReader(with(92, 400)); },
               {"bad.mrc", "an extended header of 400 bytes", "set NSYMBT to 0"});
  expect_error([&] { StackReader(scratch.write("cut.mrc", whole.substr(0, whole.size() - 1))); },
               {"cut.mrc", "shorter than its header says", "1039 of 1040"});
}

TEST(Mrc, AHeaderThatAsksForTooMuchIsRefused) {
  const Scratch scratch;
  std::string file(4096, '\0');
  const std::array<std::int32_t, 4> size = {1 << 20, 1 << 20, 2147483647, 2};
  std::memcpy(file.data(), size.data(), sizeof size);
  expect_error([&] { StackReader(scratch.write("huge.mrc", file)); }, {"huge.mrc", "bytes 0-15", "damaged"});
}

TEST(Mrc, AStackOfMoreThan2GiBAnd2To31PixelsIsReadInSlices) {
  const Scratch scratch;
  const std::string path = scratch.path("sparse.mrcs");
  constexpr std::int64_t sections = 600'000, side = 64;
  MrcHeader header;
  header.columns = header.rows = side;
  header.sections = sections;
  ASSERT_GT(sections * side * side, std::int64_t{1} << 31);
  const RawMrcHeader raw = compose_mrc_header(header, path);
  scratch.write("sparse.mrcs", std::string(raw.data(), raw.size()));
  std::filesystem::resize_file(path, static_cast<std::uintmax_t>(file_bytes(header)));
  struct ::stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  if (status.st_blocks * 512 > (1 << 20)) GTEST_SKIP() << "this file system has no sparse files";
  const std::vector<float> image = ramp(side * side, 7);
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(1024 + (sections - 2) * side * side * 4);
    file.write(reinterpret_cast<const char*>(image.data()), side * side * 4);
  }
  const StackReader reader(path);
  EXPECT_EQ(reader.header().sections, sections);
  std::vector<float> pixels(2 * side * side);
  reader.read(sections - 2, 2, pixels);
  EXPECT_TRUE(std::equal(image.begin(), image.end(), pixels.begin()));
  EXPECT_TRUE(std::all_of(pixels.begin() + side * side, pixels.end(), [](float v) { return v == 0; }));
}

TEST(Mrc, SectionsOutsideAreRefused) {
  const Scratch scratch;
  const std::string path = scratch.path("stack.mrcs");
  create_mrc(path, stack_of(2));
  std::vector<float> pixels(15);
  expect_error([&] { StackReader(path).read(2, 1, pixels); }, {"stack.mrcs", "has 2 sections", "number 3"});
}

TEST(Mrc, AFullDiskIsFoundAtOnceAndLeavesNoFile) {
  MrcHeader header = stack_of((std::int64_t{1} << 31) - 1);
  header.columns = header.rows = 1 << 14;  // 2⁶¹ bytes
  const Scratch scratch;
  expect_error([&] { create_mrc(scratch.path("huge.mrcs"), header); }, {"huge.mrcs", "no room"});
  EXPECT_FALSE(std::filesystem::exists(scratch.path("huge.mrcs")));
}

}  // namespace
}  // namespace elastem
