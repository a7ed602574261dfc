#include "imaging/fft.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include <fftw3.h>

#include "core/error.hpp"

namespace elastem {

namespace {

/// FFTW's two precisions under one name.
template <class Real>
struct Fftw;

template <>
struct Fftw<float> {
  using Complex = fftwf_complex;
  using Plan = fftwf_plan;
  static constexpr auto malloc = fftwf_malloc;
  static constexpr auto free = fftwf_free;
  static constexpr auto plan_forward = fftwf_plan_dft_r2c_2d;
  static constexpr auto plan_backward = fftwf_plan_dft_c2r_2d;
  static constexpr auto execute = fftwf_execute;
  static constexpr auto destroy = fftwf_destroy_plan;
};

template <>
struct Fftw<double> {
  using Complex = fftw_complex;
  using Plan = fftw_plan;
  static constexpr auto malloc = fftw_malloc;
  static constexpr auto free = fftw_free;
  static constexpr auto plan_forward = fftw_plan_dft_r2c_2d;
  static constexpr auto plan_backward = fftw_plan_dft_c2r_2d;
  static constexpr auto execute = fftw_execute;
  static constexpr auto destroy = fftw_destroy_plan;
};

}  // namespace

template <class Real>
Fft2<Real>::Fft2(int size) : size_(size) {
  using F = Fftw<Real>;
  require(size > 0, "an image has at least one pixel");
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  const auto terms = static_cast<std::size_t>(size) * static_cast<std::size_t>(size / 2 + 1);
  real_ = static_cast<Real*>(F::malloc(sizeof(Real) * pixels));
  complex_ = static_cast<std::complex<Real>*>(F::malloc(sizeof(std::complex<Real>) * terms));
  auto* complex = reinterpret_cast<typename F::Complex*>(complex_);
  forward_plan_ = F::plan_forward(size, size, real_, complex, FFTW_ESTIMATE);
  backward_plan_ = F::plan_backward(size, size, complex, real_, FFTW_ESTIMATE);
  require(forward_plan_ != nullptr && backward_plan_ != nullptr, "FFTW made no plan");
}

template <class Real>
Fft2<Real>::Fft2(Fft2&& other) noexcept
    : size_(other.size_),
      real_(std::exchange(other.real_, nullptr)),
      complex_(std::exchange(other.complex_, nullptr)),
      forward_plan_(std::exchange(other.forward_plan_, nullptr)),
      backward_plan_(std::exchange(other.backward_plan_, nullptr)) {}

template <class Real>
Fft2<Real>& Fft2<Real>::operator=(Fft2&& other) noexcept {
  if (this == &other) return *this;
  release();
  size_ = other.size_;
  real_ = std::exchange(other.real_, nullptr);
  complex_ = std::exchange(other.complex_, nullptr);
  forward_plan_ = std::exchange(other.forward_plan_, nullptr);
  backward_plan_ = std::exchange(other.backward_plan_, nullptr);
  return *this;
}

template <class Real>
Fft2<Real>::~Fft2() {
  release();
}

template <class Real>
void Fft2<Real>::release() noexcept {
  using F = Fftw<Real>;
  if (forward_plan_ != nullptr) F::destroy(static_cast<typename F::Plan>(forward_plan_));
  if (backward_plan_ != nullptr) F::destroy(static_cast<typename F::Plan>(backward_plan_));
  if (real_ != nullptr) F::free(real_);
  if (complex_ != nullptr) F::free(complex_);
}

template <class Real>
void Fft2<Real>::forward(const ImageOf<Real>& image, SpectrumOf<Real>& spectrum) {
  require(image.rows() == size_ && image.cols() == size_, "the image has the size of the plan");
  std::copy_n(image.data(), image.size(), real_);
  Fftw<Real>::execute(static_cast<typename Fftw<Real>::Plan>(forward_plan_));
  spectrum = Eigen::Map<const SpectrumOf<Real>>(complex_, size_, size_ / 2 + 1);
}

template <class Real>
void Fft2<Real>::backward(const SpectrumOf<Real>& spectrum, ImageOf<Real>& image) {
  require(spectrum.rows() == size_ && spectrum.cols() == size_ / 2 + 1,
          "the spectrum has the size of the plan");
  std::copy_n(spectrum.data(), spectrum.size(), complex_);
  Fftw<Real>::execute(static_cast<typename Fftw<Real>::Plan>(backward_plan_));
  const Real scale = Real(1) / (static_cast<Real>(size_) * static_cast<Real>(size_));
  image = Eigen::Map<const ImageOf<Real>>(real_, size_, size_) * scale;
}

template <class Real>
void Fft2<Real>::filter(ImageOf<Real>& image, const std::vector<float>& filter) {
  require(image.rows() == size_ && image.cols() == size_, "the image has the size of the plan");
  const Eigen::Index terms = static_cast<Eigen::Index>(size_) * (size_ / 2 + 1);
  require(static_cast<Eigen::Index>(filter.size()) == terms, "one value a term of the half grid");
  std::copy_n(image.data(), image.size(), real_);
  Fftw<Real>::execute(static_cast<typename Fftw<Real>::Plan>(forward_plan_));
  const Real scale = Real(1) / (static_cast<Real>(size_) * static_cast<Real>(size_));
  for (Eigen::Index t = 0; t < terms; ++t)
    complex_[t] *= scale * static_cast<Real>(filter[static_cast<std::size_t>(t)]);
  Fftw<Real>::execute(static_cast<typename Fftw<Real>::Plan>(backward_plan_));
  std::copy_n(real_, image.size(), image.data());
}

template class Fft2<float>;
template class Fft2<double>;

}  // namespace elastem
