#include "mpi/particles/image_copies.hpp"

#include <gtest/gtest.h>

#include "mpi/comm/work_queue.hpp"

namespace elastem {
namespace {

// Row i (from 0) of 100 shows image i % 40; rows 90 and on have no key.
std::uint64_t image_of(std::int64_t row) {
  return row >= 90 ? 0 : image_number(std::to_string(row % 40 + 1) + "@s.mrcs");
}

TEST(ImageCopies, AreTheRowsOfAnImageThatAnEarlierRowHas) {
  const Communicator comm = Communicator::world();
  const Range own = equal_share(comm, 100);
  std::vector<std::uint64_t> images;
  for (std::int64_t row = own.first; row < own.first + own.count; ++row) images.push_back(image_of(row));
  const ImageCopies found = image_copies(comm, images);
  EXPECT_EQ(found.copies, 50);
  ASSERT_EQ(std::ssize(found.first), own.count);
  for (std::int64_t i = 0; i < own.count; ++i) {
    const std::int64_t row = own.first + i;
    EXPECT_EQ(found.first[static_cast<std::size_t>(i)], row < 40 || row >= 90 ? 1 : 0) << row;
  }
}

TEST(ImageCopies, NumbersTellKeysApart) {
  EXPECT_EQ(image_number(""), 0U);
  EXPECT_NE(image_number("1@a.mrcs"), image_number("2@a.mrcs"));
  EXPECT_NE(image_number("1@a.mrcs"), image_number("1@b.mrcs"));
  EXPECT_EQ(image_number("1@a.mrcs"), image_number("1@a.mrcs"));
}

}  // namespace
}  // namespace elastem
