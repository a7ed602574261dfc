#pragma once

#include <vector>

#include "synthesis/recipe.hpp"

namespace elastem {

/// What the terms of an image's half grid are multiplied with, from the projection to the finished image
///   Y = correction · (signal · F[projection] + after · F[n₁] + before · F[n₂])
/// n₁ and n₂ white noise of the variances that the finished noise is to have, before a correction.
struct ImageFilters {
  std::vector<float> signal;      ///< CTF within the band
  std::vector<float> after;       ///< √(relative noise power), of mean square 1 over the grid but k = 0
  std::vector<float> before;      ///< the same times the CTF; empty when no noise is added before it
  std::vector<float> correction;  ///< of the CTF; empty: 1
};

/// The filters of a particle's CTF.
ImageFilters image_filters(const Recipe& recipe, const Ctf& ctf);

/// Whether noise must be made in Fourier space: it has a spectrum, or a band, or comes before the CTF or a
/// correction of it. Otherwise it is white and `after` is 1.
bool shapes_noise(const Recipe& recipe);

/// Mean over the full grid but k = 0 of the square of a half-grid filter.
double mean_square(const std::vector<float>& filter, int size);

}  // namespace elastem
