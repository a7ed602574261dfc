#pragma once

#include <complex>
#include <memory>
#include <vector>

#include <Eigen/Core>

#include "imaging/image.hpp"

namespace elastem {

/// FFTW's half grid of a real S×S image: rows ky = 0, 1, …, −1, columns kx = 0 … S/2, row-major.
template <class Real>
using SpectrumOf = Eigen::Array<std::complex<Real>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Spectrum = SpectrumOf<float>;

/// Real 2-D transforms of one size with their plans (FFTW_ESTIMATE, so that results do not depend on timing).
/// Move-only; owns aligned scratch memory: one per thread. Instances for float and double.
template <class Real>
class Fft2 {
 public:
  explicit Fft2(int size);
  Fft2(Fft2&& other) noexcept;
  Fft2& operator=(Fft2&& other) noexcept;
  ~Fft2();

  int size() const { return size_; }
  /// Y(k) = Σ_x y(x)·exp(−2πi k·x/S), unnormalised, index 0 as the origin of x.
  void forward(const ImageOf<Real>& image, SpectrumOf<Real>& spectrum);
  /// The inverse of `forward`, with the factor 1/S².
  void backward(const SpectrumOf<Real>& spectrum, ImageOf<Real>& image);
  /// The image convolved: F⁻¹[filter·F[image]], the filter on the half grid.
  void filter(ImageOf<Real>& image, const std::vector<float>& filter);

 private:
  struct Plans;
  int size_ = 0;
  std::unique_ptr<Plans> plans_;
};

/// The spectrum times a filter on the half grid, in place.
void multiply(Spectrum& spectrum, const std::vector<float>& filter);

/// How often a half-grid column stands for in the full grid: 1 for kx = 0 and kx = S/2 (S even), else 2.
inline int column_multiplicity(int kx, int size) {
  return kx == 0 || 2 * kx == size ? 1 : 2;
}

}  // namespace elastem
