#pragma once

#include "imaging/image.hpp"

namespace elastem {

struct GreyMoments {
  double mean = 0, variance = 0;
};

/// Mean and variance E y² − (E y)² over all pixels, each row summed in single precision, the rows in double:
/// good to 10⁻⁶ of the mean square.
GreyMoments grey_moments(const Image& pixels);
/// The same over the pixels where `mask` is 1; it is 0 elsewhere.
GreyMoments grey_moments(const Image& pixels, const Image& mask);

/// 1 further than `radius` pixels from pixel (S/2, S/2), 0 within.
Image outside_circle(int size, double radius);

/// Correlation coefficient of two images over all pixels; 0 when one of them is constant.
double correlation(const Image& a, const Image& b);

/// Shifts and scales the pixels so that `moments` become mean 0 and variance 1. Throws Error when the
/// variance is 0.
void normalise(Image& pixels, const GreyMoments& moments);

}  // namespace elastem
