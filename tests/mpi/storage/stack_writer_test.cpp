#include "mpi/storage/stack_writer.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "maps/mrc.hpp"
#include "maps/stack_reader.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

MrcHeader stack_of(std::int64_t sections, int mode, std::int64_t side = 6) {
  MrcHeader header;
  header.columns = header.rows = side;
  header.sections = sections;
  header.mode = mode;
  header.pixel_size = 2.2;
  return header;
}

// Pixels that float16 holds exactly and that tell their section.
std::vector<float> image(std::int64_t section, std::int64_t side = 6) {
  std::vector<float> pixels(static_cast<std::size_t>(side * side));
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<float>(section % 1024) + static_cast<float>(i % 7) / 8;
  return pixels;
}

std::vector<float> section_of(const std::string& path, std::int64_t section) {
  const StackReader reader(path);
  std::vector<float> pixels(static_cast<std::size_t>(section_pixels(reader.header())));
  reader.read(section, 1, pixels);
  return pixels;
}

TEST(StackWriter, SectionsOfAllRanksInAnyOrderComeBack) {
  const auto comm = Communicator::world();
  constexpr std::int64_t n = 50;
  for (const int mode : {2, 12}) {
    const std::string path = "any_order.mrcs";
    StackWriter writer = StackWriter::create(comm, path, stack_of(n, mode));
    // Each rank its sections: backwards in runs of three, so that runs and jumps alternate.
    for (std::int64_t run = n / 3; run >= 0; --run) {
      if (run % comm.size() != comm.rank()) continue;
      for (std::int64_t i = 3 * run; i < std::min(n, 3 * run + 3); ++i) writer.append(i, image(i));
    }
    writer.close();
    comm.barrier();
    EXPECT_EQ(StackReader(path).header().mode, mode);
    for (std::int64_t i = 0; i < n; ++i) EXPECT_EQ(section_of(path, i), image(i)) << i;
    comm.barrier();
  }
}

TEST(StackWriter, WhatWasFlushedIsThereBeforeTheFileIsClosed) {
  const auto comm = Communicator::world();
  StackWriter writer = StackWriter::create(comm, "flushed.mrcs", stack_of(comm.size(), 2));
  writer.append(comm.rank(), image(comm.rank()));
  writer.flush();
  EXPECT_EQ(section_of("flushed.mrcs", comm.rank()), image(comm.rank()));
  comm.barrier();
  writer.close();
}

TEST(StackWriter, AnOpenedStackKeepsWhatItHas) {
  const auto comm = Communicator::world();
  {
    StackWriter writer = StackWriter::create(comm, "again.mrcs", stack_of(2 * comm.size(), 12));
    writer.append(comm.rank(), image(comm.rank()));
    writer.flush();
  }  // closes
  {
    StackWriter writer = StackWriter::open(comm, "again.mrcs");
    writer.append(comm.size() + comm.rank(), image(comm.size() + comm.rank()));
    writer.close();
  }
  comm.barrier();
  EXPECT_EQ(StackReader("again.mrcs").header().mode, 12);
  for (std::int64_t i = 0; i < 2 * comm.size(); ++i) EXPECT_EQ(section_of("again.mrcs", i), image(i));
}

TEST(StackWriter, ImagesLargerThanAPieceAreWritten) {
  const auto comm = Communicator::world();
  constexpr std::int64_t side = 1200;  // 5.8 MB
  StackWriter writer = StackWriter::create(comm, "large.mrcs", stack_of(comm.size(), 2, side));
  writer.append(comm.rank(), image(comm.rank(), side));
  writer.close();
  comm.barrier();
  EXPECT_EQ(section_of("large.mrcs", comm.rank()), image(comm.rank(), side));
}

TEST(StackWriter, SlicesBeyond2GiBAnd2To31PixelsAreWritten) {
  const auto comm = Communicator::world();
  constexpr std::int64_t sections = 600'000, side = 64;
  const std::string path = "sparse.mrcs";
  collectively(comm, [&] {
    if (!comm.root()) return;
    // Not create_mrc, which would take 10 GB of the disk.
    const MrcHeader header = stack_of(sections, 2, side);
    const RawMrcHeader raw = compose_mrc_header(header, path);
    std::ofstream(path, std::ios::binary).write(raw.data(), static_cast<std::streamsize>(raw.size()));
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(file_bytes(header)));
  });
  struct ::stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  if (status.st_blocks * 512 > (1 << 20)) GTEST_SKIP() << "this file system has no sparse files";
  comm.barrier();
  StackWriter writer = StackWriter::open(comm, path);
  const std::int64_t mine = sections - 1 - comm.rank();
  writer.append(mine, image(mine, side));
  writer.close();
  comm.barrier();
  for (std::int64_t i = sections - comm.size(); i < sections; ++i)
    EXPECT_EQ(section_of(path, i), image(i, side)) << i;
  EXPECT_EQ(section_of(path, sections - comm.size() - 1), std::vector<float>(side * side, 0.0F));
  comm.barrier();
  if (comm.root()) std::filesystem::remove(path);
}

TEST(StackWriter, APixelThatFloat16CannotHoldIsOneRanksError) {
  const auto comm = Communicator::world();
  StackWriter writer = StackWriter::create(comm, "half.mrcs", stack_of(2 * comm.size(), 12));
  std::vector<float> pixels = image(0);
  writer.append(2 * comm.rank(), pixels);
  pixels[5] = 1e6F;
  const std::string text = error_of([&] { writer.append(2 * comm.rank() + 1, pixels); });
  EXPECT_THAT(text, HasSubstr("half.mrcs, image " + std::to_string(2 * comm.rank() + 2)));
  EXPECT_THAT(text, HasSubstr("float16"));
  writer.flush();  // what came before is written
  EXPECT_EQ(section_of("half.mrcs", 2 * comm.rank()), image(0));
  comm.barrier();
  writer.close();
}

TEST(StackWriter, WhatItCannotWriteIntoIsRefusedOnAllRanks) {
  const auto comm = Communicator::world();
  EXPECT_THAT(error_of([&] { StackWriter::open(comm, "absent.mrcs"); }), HasSubstr("absent.mrcs"));
  EXPECT_THAT(error_of([&] { StackWriter::create(comm, "no/folder.mrcs", stack_of(1, 2)); }),
              HasSubstr("no/folder.mrcs"));
  MrcHeader endless = stack_of((std::int64_t{1} << 31) - 1, 2, 1 << 14);
  EXPECT_THAT(error_of([&] { StackWriter::create(comm, "endless.mrcs", endless); }), HasSubstr("no room"));
  StackWriter writer = StackWriter::create(comm, "few.mrcs", stack_of(2, 2));
  EXPECT_THROW(writer.append(2, image(2)), Bug);
  EXPECT_THROW(writer.append(0, std::vector<float>(5)), Bug);
  writer.close();
}

}  // namespace
}  // namespace elastem
