#include "imaging/model_image.hpp"

#include "core/error.hpp"

namespace elastem {

ModelImage::ModelImage(const ElasticModel& model, ImageGrid grid)
    : projector_(model, grid), fft_(grid.size) {}

const Spectrum& ModelImage::of(const ParticleResult& result, const std::vector<float>& transfer) {
  projector_.project(result.amplitudes, rotation_matrix(result.pose()), result.shift, image_);
  fft_.forward(image_, spectrum_);
  multiply(spectrum_, transfer);
  return spectrum_;
}

void subtract_model(const Spectrum& model, double max_radius, Spectrum& spectrum) {
  require(model.rows() == spectrum.rows() && model.cols() == spectrum.cols(), "half grids of one image");
  const auto size = static_cast<int>(spectrum.rows());
  double product = 0, power = 0;
  for (int row = 0; row < size; ++row) {
    const int ky = row < (size + 1) / 2 ? row : row - size;
    for (int kx = 0; kx < spectrum.cols(); ++kx) {
      const int square = kx * kx + ky * ky;
      if (square == 0 || square > max_radius * max_radius) continue;
      const double terms = kx == 0 ? 1 : 2;  // with the Friedel mate
      const std::complex<double> m(model(row, kx)), y(spectrum(row, kx));
      product += terms * (std::conj(m) * y).real();
      power += terms * std::norm(m);
    }
  }
  if (power > 0) spectrum -= static_cast<float>(product / power) * model;
}

}  // namespace elastem
