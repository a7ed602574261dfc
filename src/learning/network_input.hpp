#pragma once

#include <optional>

#include "imaging/ctf.hpp"
#include "imaging/fft.hpp"
#include "imaging/image.hpp"
#include "imaging/projection.hpp"
#include "learning/box_transform.hpp"

namespace elastem {

/// Makes the network's input of a particle image, in training and in prediction alike: the signs of the CTF
/// are flipped, the image is cropped in Fourier space to S'² (crop_spectrum; the Nyquist lines are dropped,
/// so that the crop commutes with quarter turns and mirrors), and set to mean 0 and variance 1. The origin
/// pixel floor(S/2) becomes pixel S'/2. Owns plans and scratch memory: one per thread.
class InputMaker {
 public:
  /// `grid`: of the images that the network knows; `size`: S', even and not above theirs.
  InputMaker(ImageGrid grid, int size) : InputMaker(grid, size, grid) {}
  /// The same of images of another grid: they are cut or padded to the box of `grid` (BoxTransform), and
  /// their variance is set to the share of it that they have of white noise, so that the noise in them looks
  /// as strong as in the images that the network knows.
  InputMaker(ImageGrid grid, int size, ImageGrid images);

  ImageGrid grid() const { return grid_; }
  int size() const { return small_.size(); }
  /// Spectrum of the image on the S'² half grid, terms as they are in the image's own.
  void crop(const Image& image, Spectrum& cropped);
  /// |CTF| and its sign on the S'² half grid.
  void transfer(const Ctf& ctf, ImageOf<float>& magnitude, ImageOf<float>& sign) const;
  /// The real image of a spectrum on the half grid, set to mean 0 and variance 1 (all 0 when it is constant).
  void finish(const Spectrum& cropped, Image& input);
  /// The cropped spectrum with its signs flipped: what `finish` is given of a particle.
  void flip(const Image& image, const Ctf& ctf, Spectrum& cropped);
  /// All of it: crop, flip, normalise.
  void prepare(const Image& image, const Ctf& ctf, Image& input);

 private:
  ImageGrid grid_;
  std::optional<BoxTransform> box_;  ///< of images of another grid
  Fft2<float> full_, small_;
  Spectrum full_spectrum_, spectrum_;
  ImageOf<float> magnitude_, sign_;
  Ctf last_ctf_;
};

/// Whether a network that was trained on images of one grid takes those of the other as they are: equal
/// boxes, and pixel sizes within a thousandth.
inline bool same_for_network(ImageGrid a, ImageGrid b) {
  return a.size == b.size && std::abs(a.pixel_size - b.pixel_size) <= 1e-3 * b.pixel_size;
}

/// Sets the lines of the Nyquist frequency of an even S'² half grid to 0.
void drop_nyquist(Spectrum& spectrum);

}  // namespace elastem
