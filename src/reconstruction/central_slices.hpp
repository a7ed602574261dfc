#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "imaging/fft.hpp"
#include "imaging/pose.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// The projections of a map, read from the middle of its Fourier transform by trilinear interpolation: the
/// terms |x|, |y|, |z| ≤ R of a volume of side M = 2S whose origin is at index 0, x ≥ 0. Reading multiplies
/// the map by the same envelope as inserting does (trilinear_envelope): divide it before.
class CentralSlices {
 public:
  /// Empty. Slices are read up to `radius`, in cells of the images' S grid, at most S/2 − ½.
  CentralSlices(int size, double radius);

  double radius() const { return radius_; }
  /// Takes what it needs of planes z = first … of the half volume (FFTW order, M rows of M/2+1 terms), times
  /// `scale`.
  void take_planes(int first, std::span<const std::complex<double>> planes, double scale);
  /// All numbers, to be added over ranks after each took its own planes.
  std::span<float> numbers();

  /// The transform of the pixels of the projection at a pose, as Fft2 has it; 0 at k = 0 and beyond `radius`.
  /// `image`: the grid of the pixels; `zoom`: cells of the map's S grid between its terms (zoom_of).
  void read(const Pose& pose, ImageGrid image, double zoom, Spectrum& spectrum) const;

  /// Bytes of one of this size and radius.
  static std::size_t bytes(double radius);

 private:
  std::complex<float> at(double x, double y, double z) const;
  std::size_t place(int x, int y, int z) const;

  int size_, reach_;
  double radius_;
  std::vector<std::complex<float>> values_;  ///< z, y from −R, x from 0
};

}  // namespace elastem
