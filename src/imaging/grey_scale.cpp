#include "imaging/grey_scale.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace elastem {

GreyMoments grey_moments(const Image& pixels) {
  double sum = 0, squares = 0;
  for (Eigen::Index y = 0; y < pixels.rows(); ++y) {
    sum += static_cast<double>(pixels.row(y).sum());
    squares += static_cast<double>(pixels.row(y).square().sum());
  }
  const auto count = static_cast<double>(pixels.size());
  const double mean = sum / count;
  return {mean, std::max(squares / count - mean * mean, 0.0)};
}

GreyMoments grey_moments(const Image& pixels, const Image& mask) {
  require(pixels.rows() == mask.rows() && pixels.cols() == mask.cols(), "a mask has the image's size");
  GreyMoments moments;
  double count = 0;
  for (Eigen::Index y = 0; y < pixels.rows(); ++y) {
    count += static_cast<double>(mask.row(y).sum());
    moments.mean += static_cast<double>((mask.row(y) * pixels.row(y)).sum());
  }
  require(count > 0, "a mask has pixels");
  moments.mean /= count;
  const auto mean = static_cast<float>(moments.mean);
  for (Eigen::Index y = 0; y < pixels.rows(); ++y)
    moments.variance += static_cast<double>((mask.row(y) * (pixels.row(y) - mean).square()).sum());
  moments.variance /= count;
  return moments;
}

Image outside_circle(int size, double radius) {
  Image mask(size, size);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) mask(y, x) = std::hypot(y - size / 2, x - size / 2) > radius ? 1.0F : 0.0F;
  return mask;
}

double correlation(const Image& a, const Image& b) {
  const GreyMoments of_a = grey_moments(a), of_b = grey_moments(b);
  const auto mean_a = static_cast<float>(of_a.mean), mean_b = static_cast<float>(of_b.mean);
  double product = 0;
  for (Eigen::Index y = 0; y < a.rows(); ++y)
    product += static_cast<double>(((a.row(y) - mean_a) * (b.row(y) - mean_b)).sum());
  const double scale = std::sqrt(of_a.variance * of_b.variance) * static_cast<double>(a.size());
  return scale > 0 ? product / scale : 0;
}

void normalise(Image& pixels, const GreyMoments& moments) {
  if (!(moments.variance > 0)) {
    throw Error("an image has all pixels equal: it cannot be brought to variance 1");
  }
  pixels = (pixels - static_cast<float>(moments.mean)) * static_cast<float>(1 / std::sqrt(moments.variance));
}

}  // namespace elastem
