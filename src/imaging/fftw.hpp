#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

#include <fftw3.h>

namespace elastem {

/// FFTW's two precisions under one set of names.
template <class Real>
struct Fftw;

template <>
struct Fftw<float> {
  using Complex = fftwf_complex;
  using Plan = fftwf_plan;
  static constexpr auto malloc = fftwf_malloc;
  static constexpr auto free = fftwf_free;
  static constexpr auto plan_forward_2d = fftwf_plan_dft_r2c_2d;
  static constexpr auto plan_backward_2d = fftwf_plan_dft_c2r_2d;
  static constexpr auto execute = fftwf_execute;
  static constexpr auto destroy = fftwf_destroy_plan;
};

template <>
struct Fftw<double> {
  using Complex = fftw_complex;
  using Plan = fftw_plan;
  static constexpr auto malloc = fftw_malloc;
  static constexpr auto free = fftw_free;
  static constexpr auto plan_forward_2d = fftw_plan_dft_r2c_2d;
  static constexpr auto plan_backward_2d = fftw_plan_dft_c2r_2d;
  static constexpr auto execute = fftw_execute;
  static constexpr auto destroy = fftw_destroy_plan;
};

template <class Real>
struct FftwFree {
  void operator()(void* memory) const { Fftw<Real>::free(memory); }
};

template <class Real>
struct FftwDestroy {
  void operator()(typename Fftw<Real>::Plan plan) const { Fftw<Real>::destroy(plan); }
};

/// A plan that destroys itself.
template <class Real>
using FftwPlan = std::unique_ptr<std::remove_pointer_t<typename Fftw<Real>::Plan>, FftwDestroy<Real>>;

/// FFTW's aligned memory, which frees itself: T is Real or std::complex<Real>.
template <class Real, class T>
using FftwArray = std::unique_ptr<T[], FftwFree<Real>>;

/// Throws std::bad_alloc when there is no room for `count` values.
template <class Real, class T>
FftwArray<Real, T> fftw_array(std::size_t count) {
  static_assert(std::is_same_v<T, Real> || std::is_same_v<T, std::complex<Real>>);
  FftwArray<Real, T> array(static_cast<T*>(Fftw<Real>::malloc(sizeof(T) * count)));
  if (!array) throw std::bad_alloc();
  return array;
}

}  // namespace elastem
