#include "report/contact_sheet.hpp"

#include <filesystem>
#include <numeric>
#include <png.h>

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

// What libpng reads from a file, whose header must say 8-bit grey.
GreyPicture read_png(const std::string& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_file(&image, path.c_str()), 0) << image.message;
  EXPECT_EQ(image.format, static_cast<png_uint_32>(PNG_FORMAT_GRAY));
  GreyPicture picture(static_cast<int>(image.width), static_cast<int>(image.height));
  EXPECT_NE(png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr), 0) << image.message;
  return picture;
}

TEST(Png, ComesBackFromLibpngAsItWas) {
  const Scratch scratch;
  GreyPicture picture(33, 7);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i)
    picture.pixels[i] = static_cast<std::uint8_t>(i * 37 % 256);
  write_png(scratch.path("a.png"), picture);
  const GreyPicture read = read_png(scratch.path("a.png"));
  EXPECT_EQ(read.width, 33);
  EXPECT_EQ(read.height, 7);
  EXPECT_EQ(read.pixels, picture.pixels);
}

TEST(Png, AFolderThatIsNotThereIsAnError) {
  const Scratch scratch;
  expect_error([&] { write_png(scratch.path("none/a.png"), GreyPicture(2, 2)); },
               {"cannot write", "none/a.png"});
}

// From 0 in the first row to 1 in the last.
Image vertical_ramp(int size) {
  Image image(size, size);
  for (int y = 0; y < size; ++y) image.row(y) = static_cast<float>(y) / static_cast<float>(size - 1);
  return image;
}

TEST(ContactSheet, PairsStandRowByRowStretchedFromBlackToWhite) {
  constexpr int size = 64, side = 128;  // magnified twice
  ContactSheet sheet(16, size);
  const GreyPicture empty = sheet.picture();
  EXPECT_EQ(empty.width, 2 * 10 + 2 * (2 * side + 2) + 10);
  EXPECT_EQ(empty.height, 2 * 10 + 8 * side + 7 * 2);
  const Image ramp = vertical_ramp(size);
  sheet.place(3, ramp * 7 - 100, -ramp);  // the second pair of the second row
  GreyPicture picture = sheet.picture();
  const int left = 10 + 2 * side + 2 + 10, top = 10 + side + 2;
  for (const int x : {left, left + side - 1}) {
    EXPECT_EQ(picture.at(x, top), 0);
    EXPECT_EQ(picture.at(x, top + side - 1), 255);
    EXPECT_NEAR(picture.at(x, top + side / 2), 128, 4);
    EXPECT_EQ(picture.at(x + side + 2, top), 255);
    EXPECT_EQ(picture.at(x + side + 2, top + side - 1), 0);
  }
  // Everything else is paper.
  std::int64_t ink = 0;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const bool inside = x >= left && x < left + 2 * side + 2 && y >= top && y < top + side;
      ink += !inside && picture.at(x, y) != 255;
    }
  }
  EXPECT_EQ(ink, 0);
}

TEST(ContactSheet, HasARowAPairUpToEight) {
  EXPECT_EQ(ContactSheet(1, 200).picture().width, 2 * 10 + 2 * 200 + 2);
  EXPECT_EQ(ContactSheet(1, 200).picture().height, 2 * 10 + 200);
  EXPECT_EQ(ContactSheet(5, 200).picture().height, 2 * 10 + 5 * 200 + 4 * 2);
  EXPECT_EQ(ContactSheet(9, 200).picture().height, 2 * 10 + 5 * 200 + 4 * 2);  // two per row
}

TEST(ContactSheet, AnImageOfOneValueIsGrey) {
  ContactSheet sheet(1, 128);
  sheet.place(0, Image::Constant(128, 128, 3.0F), vertical_ramp(128));
  GreyPicture picture = sheet.picture();
  EXPECT_EQ(picture.at(10, 10), 128);
  EXPECT_EQ(picture.at(10 + 127, 10 + 127), 128);
}

}  // namespace
}  // namespace elastem
