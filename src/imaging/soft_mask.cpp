#include "imaging/soft_mask.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "core/error.hpp"
#include "imaging/white_noise.hpp"

namespace elastem {

Image soft_circle(int size, double radius, const Eigen::Vector2d& centre) {
  Image mask(size, size);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double beyond = std::hypot(x - size / 2 - centre.x(), y - size / 2 - centre.y()) - radius;
      const double within = 0.5 * (1 + std::cos(std::numbers::pi * beyond / mask_edge));
      mask(y, x) = beyond <= 0 ? 1.0F : beyond >= mask_edge ? 0.0F : static_cast<float>(within);
    }
  }
  return mask;
}

void mask_image(Image& image, const Image& mask, const std::vector<double>& noise_power, std::uint64_t index,
                Fft2<float>& fft) {
  require(image.rows() == mask.rows() && image.cols() == mask.cols(), "a mask has the image's size");
  std::vector<float> outside;
  for (Eigen::Index t = 0; t < image.size(); ++t)
    if (mask.data()[t] == 0) outside.push_back(image.data()[t]);
  if (outside.empty()) return;
  const auto middle = outside.begin() + static_cast<std::ptrdiff_t>(outside.size() / 2);
  std::nth_element(outside.begin(), middle, outside.end());

  Image noise(image.rows(), image.cols());
  fill_normal(0, Stream::masking, index, {noise.data(), static_cast<std::size_t>(noise.size())});
  const auto pixels = static_cast<double>(image.size());
  std::vector<float> amplitude;  // white noise of variance 1 has E|N|² = S²
  amplitude.reserve(noise_power.size());
  for (const double power : noise_power) amplitude.push_back(static_cast<float>(std::sqrt(power / pixels)));
  fft.filter(noise, amplitude);
  image = mask * (image - *middle) + (1 - mask.square()).sqrt() * noise;
}

}  // namespace elastem
