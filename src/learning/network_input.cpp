#include "learning/network_input.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace elastem {
namespace {
constexpr int half_columns = network_input_size / 2 + 1;
}

InputMaker::InputMaker(ImageGrid grid) : grid_(grid), full_(grid.size), small_(network_input_size) {
  require(grid.size > 2 && grid.pixel_size > 0, "an image grid has pixels");
}

void InputMaker::crop(const Image& image, Spectrum& cropped) {
  require(image.rows() == grid_.size && image.cols() == grid_.size, "an image of another size");
  full_.forward(image, full_spectrum_);
  cropped.setZero(network_input_size, half_columns);
  const int limit =
      (std::min(grid_.size, network_input_size) - 1) / 2;  // the largest frequency below Nyquist
  const float scale = static_cast<float>(network_input_size * network_input_size) /
                      static_cast<float>(grid_.size * grid_.size);
  for (int ky = -limit; ky <= limit; ++ky) {
    const int from = ky < 0 ? ky + grid_.size : ky;
    const int to = ky < 0 ? ky + network_input_size : ky;
    cropped.row(to).head(limit + 1) = full_spectrum_.row(from).head(limit + 1) * scale;
  }
}

void InputMaker::transfer(const Ctf& ctf, ImageOf<float>& magnitude, ImageOf<float>& sign) const {
  magnitude.resize(network_input_size, half_columns);
  sign.resize(network_input_size, half_columns);
  const double step = 1.0 / (grid_.size * grid_.pixel_size);
  for (int row = 0; row < network_input_size; ++row)
    for (int kx = 0; kx < half_columns; ++kx) {
      const int ky = 2 * row < network_input_size ? row : row - network_input_size;
      const double value = transfer_value(ctf, kx * step, ky * step);
      magnitude(row, kx) = static_cast<float>(std::abs(value));
      sign(row, kx) = value < 0 ? -1.0F : 1.0F;
    }
}

void InputMaker::finish(const Spectrum& cropped, Image& input) {
  small_.backward(cropped, input);
  input -= input.mean();
  const float variance = input.square().mean();
  if (variance > 0) input /= std::sqrt(variance);
}

void InputMaker::prepare(const Image& image, const Ctf& ctf, Image& input) {
  if (sign_.size() == 0 || !(ctf == last_ctf_)) {
    transfer(ctf, magnitude_, sign_);
    last_ctf_ = ctf;
  }
  crop(image, spectrum_);
  spectrum_ *= sign_;
  finish(spectrum_, input);
}

}  // namespace elastem
