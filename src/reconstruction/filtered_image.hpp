#pragma once

#include <span>

#include <Eigen/Core>

#include "imaging/fft.hpp"
#include "imaging/image.hpp"
#include "imaging/projection.hpp"
#include "reconstruction/regularisation.hpp"

namespace elastem {

/// An image as filtered back-projection smears it: F = CTF·Y·gain(r, W), W what all images together weigh at
/// its slice (Regularisation), brought to pixels of half the size. Owns scratch memory: one per thread.
class FilteredImage {
 public:
  /// Of one grid of images for a map of another; terms up to `max_radius` cells of the map's S grid, of
  /// either grid at most S/2 − ½.
  FilteredImage(ImageGrid image, ImageGrid map, double max_radius);

  /// `weights`: |W| on the half grid.
  void make(const Spectrum& spectrum, std::span<const float> transfer, const Spectrum& weights,
            const Regularisation& regularisation);

  /// The value at a place (Å from the origin, pixel S/2), linear between the fine pixels; 0 outside the
  /// image.
  float at(float x, float y) const;

 private:
  int size_;
  double pixel_size_, zoom_, max_radius_;
  float scale_;
  Fft2<float> fft_;
  Spectrum spectrum_;
  Image fine_;
};

}  // namespace elastem
