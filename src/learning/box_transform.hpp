#pragma once

#include <Eigen/Core>

#include "imaging/fft.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// Transforms images of one grid as if they were of another one, whose box is larger or smaller and whose
/// pixels are: cut to its box about the origin pixel or padded with background, at the frequencies of its
/// transform,
///   Y(k) = Σ_x w(x)·w(y)·(I(x, y) − background)·exp(−2πi k·r/L),  |kx|, |ky| < S'/2,
/// r the place in Å from pixel floor(S/2), L the other grid's box, w the share of a pixel that lies within
/// it, the background the mean of the outermost pixels. The sums are exact: nothing is interpolated. The
/// result is what InputMaker::crop makes of an image of the other grid with the same content. What lies at or
/// beyond the images' own Nyquist frequency is 0.
class BoxTransform {
 public:
  /// `size`: S', even.
  BoxTransform(ImageGrid images, ImageGrid other, int size);

  /// The S'×(S'/2 + 1) half grid with pixel S'/2 as the origin.
  void transform(const Image& image, Spectrum& spectrum) const;
  /// Of white noise the share of the power that an image of the other grid would have: 1 where the images
  /// cover its box and its frequencies.
  double noise_share() const { return noise_share_; }

 private:
  int image_size_, size_;
  Eigen::MatrixXf along_x_;   ///< S×(S' …): cosines of kx = 0 … S'/2 − 1, then their negative sines
  Eigen::MatrixXcf along_y_;  ///< S'×S
  double noise_share_ = 0;
};

}  // namespace elastem
