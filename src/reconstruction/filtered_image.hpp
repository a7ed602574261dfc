#pragma once

#include <span>

#include <Eigen/Core>

#include "imaging/fft.hpp"
#include "imaging/image.hpp"

namespace elastem {

/// An image as filtered back-projection smears it: F = CTF·Y/(W + regularisation), W what all images together
/// weigh at its slice, brought to pixels of half the size. Owns scratch memory: one per thread.
class FilteredImage {
 public:
  /// Of S² pixels of `pixel_size` Å; terms up to `max_radius` cells of the S grid.
  FilteredImage(int size, double pixel_size, double max_radius);

  /// `weights`: |W| on the half grid. `images` and `regularisation` as of FourierSlab::divide, whose radius
  /// counts cells of the 2S grid.
  void make(const Spectrum& spectrum, std::span<const float> transfer, const Spectrum& weights, double images,
            double regularisation);

  /// The value at a place (Å from the origin, pixel S/2), linear between the fine pixels; 0 outside the
  /// image.
  float at(float x, float y) const;

 private:
  int size_;
  double pixel_size_, max_radius_;
  Fft2<float> fft_;
  Spectrum spectrum_;
  Image fine_;
};

}  // namespace elastem
