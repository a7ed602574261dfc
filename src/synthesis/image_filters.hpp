#pragma once

#include <vector>

#include "synthesis/recipe.hpp"

namespace elastem {

/// What the half grid's terms of every image of a set are limited to, and what shapes their noise.
struct NoiseShape {
  std::vector<float> band;   ///< 1 within the band, 0 beyond
  std::vector<float> root;   ///< √(relative noise power) within the band
  std::vector<float> after;  ///< `root` scaled to mean square 1 over the grid but k = 0
};

/// The filters that depend on an image's CTF. From the projection to the finished image, in Fourier space,
///   Y = correction · (signal · F[projection] + after · F[n₁] + before · F[n₂])
/// n₁ and n₂ white noise of the variances that the finished noise is to have, before a correction.
struct ImageFilters {
  std::vector<float> signal;  ///< CTF within the band
  std::vector<float> before;  ///< √(relative noise power) times the CTF, of mean square 1; empty when no
                              ///< noise is added before it
  std::vector<float> correction;  ///< of the CTF; empty: 1
};

/// Throws Error when the noise has no power at any frequency of the image.
NoiseShape noise_shape(const Recipe& recipe);
ImageFilters image_filters(const Recipe& recipe, const NoiseShape& shape, const Ctf& ctf);

/// Whether noise must be made in Fourier space: it has a spectrum, or a band, or comes before the CTF or a
/// correction of it. Otherwise it is white and `after` is 1.
bool shapes_noise(const Recipe& recipe);

/// Mean over the full grid but k = 0 of the square of a half-grid filter.
double mean_square(const std::vector<float>& filter, int size);

}  // namespace elastem
