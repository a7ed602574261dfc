#include "report/contact_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.hpp"

namespace elastem {

namespace {

constexpr int most_rows = 8, least_side = 128;
constexpr int gap = 2, pair_gap = 10, margin = 10;  // pixels of the picture
constexpr std::uint8_t paper = 255, constant_grey = 128;
constexpr double lowest = 0.005, highest = 0.995;  // percentiles / 100

int pairs_of(int count) {
  return (count + most_rows - 1) / most_rows;
}

int magnification_of(int size) {
  return std::max(1, least_side / size);
}

int pair_width(int side) {
  return 2 * side + gap;
}

GreyPicture empty_sheet(int count, int side) {
  const int pairs = pairs_of(count), rows = (count + pairs - 1) / pairs;
  return {2 * margin + pairs * pair_width(side) + (pairs - 1) * pair_gap,
          2 * margin + rows * side + (rows - 1) * gap, paper};
}

float percentile(std::vector<float>& values, double share) {
  const auto at = values.begin() + std::lround(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

ContactSheet::ContactSheet(int count, int size)
    : count_(count),
      size_(size),
      magnification_(magnification_of(size)),
      pairs_per_row_(pairs_of(count)),
      picture_(empty_sheet(count, size * magnification_of(size))) {
  require(count > 0 && size > 0, "a contact sheet shows images");
}

void ContactSheet::place(int index, const Image& noisy, const Image& clean) {
  require(index >= 0 && index < count_, "the pair has a place on the sheet");
  const int side = size_ * magnification_;
  const int left = margin + index % pairs_per_row_ * (pair_width(side) + pair_gap);
  const int top = margin + index / pairs_per_row_ * (side + gap);
  place_tile(left, top, noisy);
  place_tile(left + side + gap, top, clean);
}

void ContactSheet::place_tile(int left, int top, const Image& image) {
  require(image.rows() == size_ && image.cols() == size_, "all images of a sheet have one size");
  std::vector<float> values(image.data(), image.data() + image.size());
  const float low = percentile(values, lowest), high = percentile(values, highest);
  for (int y = 0; y < size_ * magnification_; ++y) {
    for (int x = 0; x < size_ * magnification_; ++x) {
      const float share = (image(y / magnification_, x / magnification_) - low) / (high - low);
      picture_.at(left + x, top + y) =
          high > low ? static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0F, 1.0F)))
                     : constant_grey;
    }
  }
}

}  // namespace elastem
