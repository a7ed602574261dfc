#include "reconstruction/filtered_image.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "reconstruction/fourier_slab.hpp"

namespace elastem {
namespace {

// What linear interpolation of the fine pixels multiplies a frequency by, along one axis.
double interpolation_loss(int k, int fine_size) {
  if (k == 0) return 1;
  const double angle = std::numbers::pi * k / fine_size, sinc = std::sin(angle) / angle;
  return sinc * sinc;
}

}  // namespace

// From the origin at pixel S/2 of the image to pixel S of the fine one; Fft2 divides by (2S)², an image by
// S². An image of another pixel size has more terms per area or fewer, and each weighs less or more.
FilteredImage::FilteredImage(ImageGrid image, ImageGrid map, double max_radius)
    : size_(image.size),
      pixel_size_(image.pixel_size),
      zoom_(zoom_of(image, map)),
      max_radius_(std::min(std::min(max_radius, map.size / 2.0 - 0.5) / zoom_, image.size / 2.0 - 0.5)),
      scale_(
          static_cast<float>(oversampling * oversampling * std::pow(map.pixel_size / image.pixel_size, 2))),
      fft_(oversampling * image.size) {}

void FilteredImage::make(const Spectrum& spectrum, std::span<const float> transfer, const Spectrum& weights,
                         const Regularisation& regularisation) {
  const int columns = size_ / 2 + 1, fine = oversampling * size_;
  require(spectrum.rows() == size_ && spectrum.cols() == columns && weights.rows() == size_ &&
              std::ssize(transfer) == static_cast<std::ptrdiff_t>(size_) * columns,
          "half grids of the image");
  spectrum_.setZero(fine, fine / 2 + 1);
  for (int row = 0; row < size_; ++row) {
    const int ky = row < (size_ + 1) / 2 ? row : row - size_;
    for (int kx = 0; kx < columns; ++kx) {
      const double radius = std::sqrt(static_cast<double>(kx * kx + ky * ky));
      if (radius > max_radius_ || radius == 0) continue;
      const double weight = std::abs(std::complex<double>(weights(row, kx)));
      const double gain = static_cast<double>(transfer[static_cast<std::size_t>(row * columns + kx)]) *
                          regularisation.gain(oversampling * zoom_ * radius, weight) /
                          (interpolation_loss(kx, fine) * interpolation_loss(ky, fine));
      const double turn = 2 * std::numbers::pi * (kx + ky) * (static_cast<double>(size_ / 2) / size_ - 0.5);
      spectrum_(ky < 0 ? ky + fine : ky, kx) =
          spectrum(row, kx) * std::complex<float>(std::polar(gain, turn)) * scale_;
    }
  }
  fft_.backward(spectrum_, fine_);
}

float FilteredImage::at(float x, float y) const {
  const auto step = static_cast<float>(pixel_size_ / oversampling), middle = static_cast<float>(size_);
  const float across = x / step + middle, down = y / step + middle;
  const float column = std::floor(across), row = std::floor(down);
  const auto i = static_cast<Eigen::Index>(column), j = static_cast<Eigen::Index>(row);
  if (i < 0 || j < 0 || i + 1 >= fine_.cols() || j + 1 >= fine_.rows()) return 0;
  const float fx = across - column, fy = down - row;
  return (1 - fy) * ((1 - fx) * fine_(j, i) + fx * fine_(j, i + 1)) +
         fy * ((1 - fx) * fine_(j + 1, i) + fx * fine_(j + 1, i + 1));
}

}  // namespace elastem
