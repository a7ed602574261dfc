#include "imaging/fft.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "imaging/fftw.hpp"

namespace elastem {

template <class Real>
struct Fft2<Real>::Plans {
  explicit Plans(int size)
      : real(fftw_array<Real, Real>(static_cast<std::size_t>(size) * static_cast<std::size_t>(size))),
        complex(fftw_array<Real, std::complex<Real>>(static_cast<std::size_t>(size) *
                                                     static_cast<std::size_t>(size / 2 + 1))) {
    using F = Fftw<Real>;
    auto* terms = reinterpret_cast<typename F::Complex*>(complex.get());
    to_complex.reset(F::plan_forward_2d(size, size, real.get(), terms, FFTW_ESTIMATE));
    to_real.reset(F::plan_backward_2d(size, size, terms, real.get(), FFTW_ESTIMATE));
    require(to_complex && to_real, "FFTW made no plan");
  }

  FftwArray<Real, Real> real;
  FftwArray<Real, std::complex<Real>> complex;
  FftwPlan<Real> to_complex, to_real;
};

template <class Real>
Fft2<Real>::Fft2(int size) : size_(size) {
  require(size > 0, "an image has at least one pixel");
  plans_ = std::make_unique<Plans>(size);
}

template <class Real>
Fft2<Real>::Fft2(Fft2&&) noexcept = default;
template <class Real>
Fft2<Real>& Fft2<Real>::operator=(Fft2&&) noexcept = default;
template <class Real>
Fft2<Real>::~Fft2() = default;

template <class Real>
void Fft2<Real>::forward(const ImageOf<Real>& image, SpectrumOf<Real>& spectrum) {
  require(image.rows() == size_ && image.cols() == size_, "the image has the size of the plan");
  std::copy_n(image.data(), image.size(), plans_->real.get());
  Fftw<Real>::execute(plans_->to_complex.get());
  spectrum = Eigen::Map<const SpectrumOf<Real>>(plans_->complex.get(), size_, size_ / 2 + 1);
}

template <class Real>
void Fft2<Real>::backward(const SpectrumOf<Real>& spectrum, ImageOf<Real>& image) {
  require(spectrum.rows() == size_ && spectrum.cols() == size_ / 2 + 1,
          "the spectrum has the size of the plan");
  std::copy_n(spectrum.data(), spectrum.size(), plans_->complex.get());
  Fftw<Real>::execute(plans_->to_real.get());
  const Real scale = Real(1) / (static_cast<Real>(size_) * static_cast<Real>(size_));
  image = Eigen::Map<const ImageOf<Real>>(plans_->real.get(), size_, size_) * scale;
}

template <class Real>
void Fft2<Real>::filter(ImageOf<Real>& image, const std::vector<float>& filter) {
  require(image.rows() == size_ && image.cols() == size_, "the image has the size of the plan");
  const Eigen::Index terms = static_cast<Eigen::Index>(size_) * (size_ / 2 + 1);
  require(static_cast<Eigen::Index>(filter.size()) == terms, "one value per term of the half grid");
  std::copy_n(image.data(), image.size(), plans_->real.get());
  Fftw<Real>::execute(plans_->to_complex.get());
  const Real scale = Real(1) / (static_cast<Real>(size_) * static_cast<Real>(size_));
  std::complex<Real>* const term = plans_->complex.get();
  for (Eigen::Index t = 0; t < terms; ++t)
    term[t] *= scale * static_cast<Real>(filter[static_cast<std::size_t>(t)]);
  Fftw<Real>::execute(plans_->to_real.get());
  std::copy_n(plans_->real.get(), image.size(), image.data());
}

void multiply(Spectrum& spectrum, const std::vector<float>& filter) {
  spectrum *= Eigen::Map<const ImageOf<float>>(filter.data(), spectrum.rows(), spectrum.cols());
}

template class Fft2<float>;
template class Fft2<double>;

}  // namespace elastem
