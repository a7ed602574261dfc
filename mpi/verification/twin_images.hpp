#pragma once

#include <functional>
#include <memory>

#include "imaging/ctf.hpp"
#include "imaging/fft.hpp"
#include "imaging/noise_spectrum.hpp"
#include "imaging/projection.hpp"
#include "reconstruction/central_slices.hpp"

namespace elastem {

/// The transform of a rigid molecule's projection at a pose, before the CTF.
using ProjectionSource = std::function<void(const Pose& pose, Spectrum& spectrum)>;

/// Of a model's atoms at fixed places; `model` must outlive it.
ProjectionSource projections_of(const ElasticModel& model, ImageGrid grid, const Eigen::Matrix3Xd& atoms);
/// Of a map; `slices` must outlive it.
ProjectionSource projections_of(const CentralSlices& slices, ImageGrid grid);

/// What a grey scale follows from: Σ w·Re(conj(P)·Y) and Σ w·|P|² of images Y and projections P with their
/// CTF, w the inverse power of the noise, over all terms but k = 0.
struct GreyFit {
  double product = 0, power = 0;
};

/// Images of a rigid molecule as those of a set would be if it did not move. Owns scratch memory: one per
/// thread.
class TwinImages {
 public:
  TwinImages(ProjectionSource source, ImageGrid grid, const NoiseSpectrum& noise, std::uint64_t seed);

  GreyFit fit(const Image& image, const Pose& pose, const Ctf& ctf);
  /// grey·CTF·P, and Gaussian noise of the set's spectrum times `noise_factor`, drawn for `index`.
  Image image(std::uint64_t index, const Pose& pose, const Ctf& ctf, double grey, double noise_factor);

 private:
  void project(const Pose& pose, const Ctf& ctf);

  ProjectionSource source_;
  ImageGrid grid_;
  std::uint64_t seed_;
  std::vector<double> noise_power_;
  Fft2<float> fft_;
  Spectrum signal_, spectrum_;
  Image noise_;
  std::vector<float> transfer_;
};

}  // namespace elastem
