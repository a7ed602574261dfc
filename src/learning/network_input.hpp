#pragma once

#include "imaging/ctf.hpp"
#include "imaging/fft.hpp"
#include "imaging/image.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// Pixels a side of what the network sees.
inline constexpr int network_input_size = 32;

/// Makes the network's input of a particle image, in training and in prediction alike: the signs of the CTF
/// are flipped, the image is cropped in Fourier space to 32² (the Nyquist lines dropped, so that the crop
/// commutes with quarter turns and mirrors), and set to mean 0 and variance 1. An image below 32² is padded
/// in the same way. For even S the origin pixel S/2 becomes pixel 16. Owns plans and scratch memory: one a
/// thread.
class InputMaker {
 public:
  explicit InputMaker(ImageGrid grid);

  ImageGrid grid() const { return grid_; }
  /// Spectrum of the image on the 32² half grid, of an image with the same pixel values.
  void crop(const Image& image, Spectrum& cropped);
  /// |CTF| and its sign on the 32² half grid.
  void transfer(const Ctf& ctf, ImageOf<float>& magnitude, ImageOf<float>& sign) const;
  /// The real image of a spectrum on the half grid, set to mean 0 and variance 1 (all 0 when it is constant).
  void finish(const Spectrum& cropped, Image& input);
  /// All of it: flip, crop, normalise.
  void prepare(const Image& image, const Ctf& ctf, Image& input);

 private:
  ImageGrid grid_;
  Fft2<float> full_, small_;
  Spectrum full_spectrum_, spectrum_;
  ImageOf<float> magnitude_, sign_;
  Ctf last_ctf_;
};

}  // namespace elastem
