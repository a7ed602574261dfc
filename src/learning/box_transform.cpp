#include "learning/box_transform.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace elastem {
namespace {

/// The share of each pixel along an axis that lies within the other grid's box.
Eigen::ArrayXd shares(ImageGrid images, ImageGrid other) {
  const double low = -(other.size / 2 + 0.5) * other.pixel_size, high = low + other.size * other.pixel_size;
  Eigen::ArrayXd shares(images.size);
  for (int i = 0; i < images.size; ++i) {
    const double left = (i - images.size / 2 - 0.5) * images.pixel_size;
    const double inside = std::min(left + images.pixel_size, high) - std::max(left, low);
    shares[i] = std::clamp(inside / images.pixel_size, 0.0, 1.0);
  }
  return shares;
}

/// The mean of the outermost pixels.
float background(const Image& image) {
  const Eigen::Index last = image.rows() - 1;
  const float sum = image.row(0).sum() + image.row(last).sum() + image.col(0).segment(1, last - 1).sum() +
                    image.col(last).segment(1, last - 1).sum();
  return sum / static_cast<float>(4 * last);
}

}  // namespace

BoxTransform::BoxTransform(ImageGrid images, ImageGrid other, int size)
    : image_size_(images.size), size_(size) {
  require(size > 2 && size % 2 == 0 && images.size > 2, "a half grid of even size of an image");
  const double box = other.size * other.pixel_size;
  const int half = size / 2;
  const int seen =
      std::min(half, static_cast<int>(std::ceil(box / (2 * images.pixel_size))));  // |k| below it
  const Eigen::ArrayXd share = shares(images, other);
  along_x_.setZero(images.size, 2 * half);
  along_y_.setZero(size, images.size);
  for (int k = 0; k < seen; ++k)
    for (int i = 0; i < images.size; ++i) {
      const double place = (i - images.size / 2) * images.pixel_size;
      const double sign = k % 2 == 0 ? 1 : -1;  // of the origin at pixel S'/2
      const std::complex<double> wave = std::polar(sign * share[i], -2 * std::numbers::pi * k * place / box);
      along_x_(i, k) = static_cast<float>(wave.real());
      along_x_(i, half + k) = static_cast<float>(wave.imag());
      along_y_(k, i) = std::complex<float>(wave);
      if (k > 0) along_y_(size - k, i) = std::complex<float>(std::conj(wave));
    }
  const double covered = share.square().sum() * images.pixel_size / box;
  const double heard = static_cast<double>(2 * seen - 1) / (size - 1);
  noise_share_ = std::pow(covered * heard, 2);
}

void BoxTransform::transform(const Image& image, Spectrum& spectrum) const {
  require(image.rows() == image_size_ && image.cols() == image_size_, "an image of another size");
  const int half = size_ / 2;
  const Eigen::MatrixXf parts = (image - background(image)).matrix() * along_x_;
  Eigen::MatrixXcf columns(image_size_, half);
  columns.real() = parts.leftCols(half);
  columns.imag() = parts.rightCols(half);
  spectrum = Spectrum::Zero(size_, half + 1);
  spectrum.leftCols(half) = (along_y_ * columns).array();
}

}  // namespace elastem
