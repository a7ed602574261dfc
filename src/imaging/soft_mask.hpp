#pragma once

#include <cstdint>
#include <vector>

#include "imaging/fft.hpp"
#include "imaging/image.hpp"

namespace elastem {

/// Pixels, or voxels, from 1 to 0 at a mask's edge.
inline constexpr double mask_edge = 5;

/// 1 within `radius` pixels of `centre` (x, y in pixels from pixel S/2), 0 beyond radius + mask_edge, and
/// between ½(1 + cos(π·(r − radius)/mask_edge)).
Image soft_circle(int size, double radius, const Eigen::Vector2d& centre);

/// Puts noise in place of what lies outside a soft mask m:  y ← m·(y − b) + √(1 − m²)·n,  b the median of the
/// pixels where m = 0 (neighbours do not shift it), n normal noise whose power at each term of the half grid
/// is `noise_power` (E|N|² of the unnormalised transform) and whose white deviates are those of
/// fill_normal(0, Stream::masking, index). Noise of that power is then as strong everywhere as before, and
/// the same in every Fourier term: a fit may weigh the image as if it had not been masked, and its error bars
/// stay right, which multiplying with m alone would not leave them. A mask that is nowhere 0 leaves the image
/// as it is.
void mask_image(Image& image, const Image& mask, const std::vector<double>& noise_power, std::uint64_t index,
                Fft2<float>& fft);

}  // namespace elastem
