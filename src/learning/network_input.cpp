#include "learning/network_input.hpp"

#include <cmath>

#include "core/error.hpp"
#include "imaging/fourier_crop.hpp"

namespace elastem {

InputMaker::InputMaker(ImageGrid grid, int size, ImageGrid images)
    : grid_(grid), full_(grid.size), small_(size) {
  require(size > 2 && size % 2 == 0 && size <= grid.size && grid.pixel_size > 0,
          "an input is a crop of the image");
  if (!same_for_network(images, grid)) box_.emplace(images, grid, size);
}

void drop_nyquist(Spectrum& spectrum) {
  spectrum.row(spectrum.rows() / 2).setZero();
  spectrum.col(spectrum.cols() - 1).setZero();
}

void InputMaker::crop(const Image& image, Spectrum& cropped) {
  if (box_) return box_->transform(image, cropped);
  require(image.rows() == grid_.size && image.cols() == grid_.size, "an image of another size");
  full_.forward(image, full_spectrum_);
  crop_spectrum(full_spectrum_, grid_.size, size(), cropped);
  drop_nyquist(cropped);
}

void InputMaker::transfer(const Ctf& ctf, ImageOf<float>& magnitude, ImageOf<float>& sign) const {
  const int columns = size() / 2 + 1;
  magnitude.resize(size(), columns);
  sign.resize(size(), columns);
  const double step = 1.0 / (grid_.size * grid_.pixel_size);
  for (int row = 0; row < size(); ++row)
    for (int kx = 0; kx < columns; ++kx) {
      const int ky = 2 * row < size() ? row : row - size();
      const double value = transfer_value(ctf, kx * step, ky * step);
      magnitude(row, kx) = static_cast<float>(std::abs(value));
      sign(row, kx) = value < 0 ? -1.0F : 1.0F;
    }
}

void InputMaker::finish(const Spectrum& cropped, Image& input) {
  small_.backward(cropped, input);
  input -= input.mean();
  const float variance = input.square().mean();
  const float share = box_ ? static_cast<float>(box_->noise_share()) : 1.0F;
  if (variance > 0) input /= std::sqrt(variance / share);
}

void InputMaker::flip(const Image& image, const Ctf& ctf, Spectrum& cropped) {
  if (sign_.size() == 0 || !(ctf == last_ctf_)) {
    transfer(ctf, magnitude_, sign_);
    last_ctf_ = ctf;
  }
  crop(image, cropped);
  cropped *= sign_;
}

void InputMaker::prepare(const Image& image, const Ctf& ctf, Image& input) {
  flip(image, ctf, spectrum_);
  finish(spectrum_, input);
}

}  // namespace elastem
