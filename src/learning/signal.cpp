#include "learning/signal.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "imaging/fourier_crop.hpp"

namespace elastem {
namespace {

/// Å: the finest detail of an input, below its Nyquist frequency.
double input_resolution(ImageGrid grid, int input_size) {
  return grid.size * grid.pixel_size / ((input_size - 1) / 2);  // NOLINT(bugprone-integer-division)
}

}  // namespace

double inner_product(const Spectrum& a, const Spectrum& b) {
  const int size = static_cast<int>(a.rows());
  double sum = 0;
  for (Eigen::Index row = 0; row < a.rows(); ++row)
    for (Eigen::Index kx = 0; kx < a.cols(); ++kx) {
      if (row == 0 && kx == 0) continue;
      sum += column_multiplicity(static_cast<int>(kx), size) *
             static_cast<double>((a(row, kx) * std::conj(b(row, kx))).real());
    }
  return sum;
}

SignalMaker::SignalMaker(const ElasticModel& model, ImageGrid grid, int input_size, ImageGrid images)
    : input_(grid, input_size, images),
      drawn_(rendering(model, grid, input_resolution(grid, input_size))),
      projector_(drawn_.model, drawn_.grid),
      fft_(drawn_.grid.size) {}

void SignalMaker::project(const Label& label, Spectrum& projected) {
  projector_.project(label.amplitudes, label.rotation, label.shift, projection_);
  fft_.forward(projection_, spectrum_);
  for (std::size_t i = 0; i < drawn_.deblurring.size(); ++i) spectrum_.data()[i] *= drawn_.deblurring[i];
  crop_spectrum(spectrum_, drawn_.grid.size, input_.size(), projected);
  drop_nyquist(projected);
}

void SignalMaker::draw(const Label& label, const Ctf& ctf, Spectrum& signal) {
  if (!(ctf_ == ctf)) {
    input_.transfer(ctf, magnitude_, sign_);
    ctf_ = ctf;
  }
  project(label, signal);
  signal *= magnitude_;
}

double SignalMaker::correlation(const Image& image, const Ctf& ctf, const Label& label) {
  input_.flip(image, ctf, particle_);
  draw(label, ctf, signal_);
  const double norm = std::sqrt(inner_product(signal_, signal_) * inner_product(particle_, particle_));
  return norm > 0 ? inner_product(particle_, signal_) / norm : 0.0;
}

ImageStatistics::ImageStatistics(const ElasticModel& model, ImageGrid grid, int input_size)
    : signal_(model, grid, input_size), shells_(half_grid_shells(input_size)) {
  const int shell_count = 1 + *std::max_element(shells_.begin(), shells_.end());
  shell_terms_.assign(static_cast<std::size_t>(shell_count), 0.0);
  for (std::size_t i = 0; i < shells_.size(); ++i)
    shell_terms_[static_cast<std::size_t>(shells_[i])] +=
        column_multiplicity(static_cast<int>(i) % (input_size / 2 + 1), input_size);
  sums_.assign(2 + shell_terms_.size(), 0.0);
}

void ImageStatistics::add(const Image& image, const Ctf& ctf, const Label& label) {
  const float mean = image.mean();
  const float deviation = std::sqrt((image - mean).square().mean());
  Spectrum signal, particle;
  signal_.draw(label, ctf, signal);
  signal_.input().flip((image - mean) / deviation, ctf, particle);
  const double power = inner_product(signal, signal);
  const double grey = power > 0 ? inner_product(particle, signal) / power : 0.0;
  if (!(grey > 0) || !std::isfinite(grey)) return;
  particle -= static_cast<float>(grey) * signal;
  const int size = static_cast<int>(particle.rows());
  sums_[0] += 1;
  sums_[1] += grey;
  for (std::size_t i = 0; i < shells_.size(); ++i)
    sums_[2 + static_cast<std::size_t>(shells_[i])] +=
        column_multiplicity(static_cast<int>(i) % (size / 2 + 1), size) *
        static_cast<double>(std::norm(particle.data()[i]));
}

double ImageStatistics::grey_scale() const {
  require(count() > 0, "image statistics of no particle");
  return sums_[1] / count();
}

NoiseSpectrum ImageStatistics::noise() const {
  require(count() > 0, "image statistics of no particle");
  NoiseSpectrum noise(shell_terms_.size());
  for (std::size_t r = 0; r < noise.size(); ++r) noise[r] = sums_[2 + r] / (count() * shell_terms_[r]);
  return noise;
}

}  // namespace elastem
