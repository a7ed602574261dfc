#pragma once

#include "imaging/image.hpp"
#include "report/png_image.hpp"

namespace elastem {

/// A picture of the first images of a synthetic set, each with its noise-free image to its right: up to eight
/// rows, filled row by row, the grey values of each image stretched from its 0.5th to its 99.5th percentile.
/// Images below 128 pixels are magnified a whole number of times.
class ContactSheet {
 public:
  /// Of `count` pairs of images of `size`² pixels.
  ContactSheet(int count, int size);

  /// Pair `index`, from 0. Row 0 of an image is at the top, as in other viewers of stacks.
  void place(int index, const Image& noisy, const Image& clean);

  const GreyPicture& picture() const { return picture_; }

 private:
  void place_tile(int left, int top, const Image& image);

  int count_, size_, magnification_;
  int pairs_per_row_;
  GreyPicture picture_;
};

}  // namespace elastem
