#include "imaging/fourier_crop.hpp"

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "core/error.hpp"

namespace elastem {

int smooth_size(int wanted) {
  require(wanted >= 1, "a size of at least one pixel");
  for (int size = wanted + wanted % 2;; size += 2) {
    int rest = size;
    for (const int factor : {2, 3, 5}) {
      while (rest % factor == 0) rest /= factor;
    }
    if (rest == 1) return size;
  }
}

ImageGrid cropped_grid(ImageGrid full, double resolution) {
  if (!(resolution > 0)) return full;
  const double box = full.size * full.pixel_size;
  const double radius = std::floor(box / resolution * (1 + 1e-12));
  if (2 * (radius + 1) >= full.size) return full;
  const int size = smooth_size(2 * (static_cast<int>(radius) + 1));
  return size < full.size ? ImageGrid{size, box / size} : full;
}

void crop_spectrum(const Spectrum& full, int full_size, int cropped_size, Spectrum& cropped) {
  require(full.rows() == full_size && full.cols() == full_size / 2 + 1, "the half grid of the full image");
  require(cropped_size >= 1 && cropped_size <= full_size, "a crop is not larger than the image");
  if (cropped_size == full_size) {
    cropped = full;
    return;
  }
  // c/S − c'/S' without the rounding of two quotients near ½: 0 for two even sizes.
  const auto half = [](int size) { return size % 2 == 0 ? 0.0 : -0.5 / size; };
  const double step = 2 * std::numbers::pi * (half(full_size) - half(cropped_size));
  const int largest = (cropped_size - 1) / 2;  // |k| below S'/2
  std::vector<std::complex<float>> phase;      // of −largest … largest
  for (int k = -largest; k <= largest; ++k) phase.emplace_back(std::polar(1.0, step * k));
  cropped = Spectrum::Zero(cropped_size, cropped_size / 2 + 1);
  for (int ky = -largest; ky <= largest; ++ky) {
    const int from = ky < 0 ? ky + full_size : ky, to = ky < 0 ? ky + cropped_size : ky;
    for (int kx = 0; kx <= largest; ++kx) {
      cropped(to, kx) = full(from, kx) * phase[static_cast<std::size_t>(ky + largest)] *
                        phase[static_cast<std::size_t>(kx + largest)];
    }
  }
}

}  // namespace elastem
