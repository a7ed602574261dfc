#pragma once

#include <complex>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "imaging/fft.hpp"
#include "imaging/pose.hpp"
#include "imaging/projection.hpp"
#include "reconstruction/regularisation.hpp"

namespace elastem {

/// The Fourier volume is sampled twice as finely as an image: side M = 2S for S×S images.
inline constexpr int oversampling = 2;

/// One measured Fourier term of an image at its place in the volume, in cells of the M grid, x ≥ 0.
struct FourierSample {
  float x = 0, y = 0, z = 0;
  std::complex<float> value;  ///< CTF·Y, with the image's origin at the particle's centre
  float weight = 0;           ///< CTF²
  std::int32_t image = 0;     ///< which of the images that are inserted together, set by whoever inserts them
};

/// How many cells of a map's S grid lie between neighbouring terms of an image: the ratio of their boxes'
/// sides.
inline double zoom_of(ImageGrid image, ImageGrid map) {
  return (map.size * map.pixel_size) / (image.size * image.pixel_size);
}

/// The terms of one image with |k| up to `max_radius` (in cells of the map's S grid), of either grid at most
/// S/2 − ½. By the projection–slice theorem the term at image frequency (kx, ky) stands at Rᵀ·(kx, ky, 0) in
/// the volume; the particle's shift s and the origin pixel S/2 are taken off by the phase exp(2πi k·(s/p +
/// S/2)/S). An image of another box has its terms at other distances, and weighs as much as any other: the
/// more terms, the less each. A term with x < 1 comes with its Friedel mate, so that the half volume x ≥ 0
/// can be interpolated up to its boundary. `transfer`: the CTF on the half grid. Appends to `samples`.
void append_samples(const Spectrum& spectrum, std::span<const float> transfer, const Pose& pose,
                    ImageGrid image, ImageGrid map, double max_radius, std::vector<FourierSample>& samples);

/// Planes z = first … first+count−1 (FFTW order: 0, 1, …, −1) of the half volume of side M; each plane is
/// M rows (y) of M/2+1 terms (x). What is outside is left to the ranks that own it.
class FourierSlab {
 public:
  /// `values`: count·M·(M/2+1) terms, zeroed here.
  FourierSlab(int side, int first, int count, std::span<std::complex<double>> values);

  int side() const { return side_; }
  int first() const { return first_; }
  std::span<std::complex<double>> values() const { return values_; }
  std::span<const double> weights() const { return weights_; }

  /// The planes a sample touches: ⌊z⌋ and the next, wrapped into 0 … M−1.
  static std::pair<int, int> planes(const FourierSample& sample, int side);

  /// Spreads samples over their eight neighbours with trilinear weights: values += t·value, weights +=
  /// t·weight, both times `share`; of neighbours outside the slab or at x < 0 nothing is kept.
  void insert(std::span<const FourierSample> samples, double share = 1);

  /// Adds what was inserted into another slab of the same planes.
  void add(const FourierSlab& other);

  /// V = Σ t·CTF·Y · gain(r, Σ t·CTF²). Terms beyond `max_radius` (cells of the S grid) become 0.
  void divide(const Regularisation& regularisation, double max_radius);

 private:
  void spread(const FourierSample& sample, int plane, double share);

  int side_, first_, count_;
  std::span<std::complex<double>> values_;
  std::vector<double> weights_;
};

/// What a volume inserted with trilinear weights is to be divided by at voxel offset (x, y, z) from its
/// centre: Π sinc²(x/M), the transform of the interpolation triangle.
double trilinear_envelope(int x, int y, int z, int side);

/// A sphere with a soft edge: 1 within `radius`, cosine fall over `edge`, 0 beyond; lengths in one unit.
double soft_sphere(double distance, double radius, double edge);

}  // namespace elastem
