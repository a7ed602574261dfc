#include "synthesis/synthesizer.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "imaging/fisher.hpp"
#include "imaging/grey_scale.hpp"
#include "imaging/white_noise.hpp"

namespace elastem {

namespace {

// The recipe, when it can be made.
Recipe checked(const Recipe& recipe, Eigen::Index mode_count) {
  require_possible(recipe, mode_count);
  return recipe;
}

// Variance of the image of a spectrum (Parseval): Σ over the full grid but k = 0 of |Y|²/S⁴.
double variance_of(const Spectrum& spectrum) {
  const int size = static_cast<int>(spectrum.rows());
  double sum = 0;
  for (Eigen::Index kx = 0; kx < spectrum.cols(); ++kx)
    sum +=
        column_multiplicity(static_cast<int>(kx), size) * static_cast<double>(spectrum.col(kx).abs2().sum());
  sum -= static_cast<double>(std::norm(spectrum(0, 0)));
  const double pixels = static_cast<double>(size) * size;
  return sum / (pixels * pixels);
}

}  // namespace

Synthesizer::Synthesizer(const ElasticModel& model, const Recipe& recipe)
    : model_(&model),
      recipe_(checked(recipe, model.mode_count())),
      shapes_noise_(elastem::shapes_noise(recipe)),
      projector_(model, recipe.grid),
      fft_(recipe.grid.size),
      ctf_(recipe.ctf),
      shape_(noise_shape(recipe)),
      filters_(image_filters(recipe, shape_, recipe.ctf)) {
  if (recipe.normalisation == Normalisation::background)
    background_ = outside_circle(recipe.grid.size, recipe.background_radius);
}

void Synthesizer::project(const Conformer& conformer, Image& pixels) {
  const Pose& pose = conformer.pose;
  const Eigen::Matrix3d rotation = rotation_matrix(pose);
  if (conformer.atoms)
    projector_.project_atoms(*conformer.atoms, rotation, pose.shift, pixels);
  else
    projector_.project(conformer.amplitudes, rotation, pose.shift, pixels);
}

void Synthesizer::use_ctf(const Ctf& ctf) {
  if (ctf == ctf_) return;
  filters_ = image_filters(recipe_, shape_, ctf);
  ctf_ = ctf;
}

/// From the projection in `pixels` to the noise-free image in clean_ and the noisy one in `pixels`, before
/// the grey values are scaled. Returns the variance of the noise.
double Synthesizer::expose(std::uint64_t index, Image& pixels) {
  return shapes_noise_ ? add_shaped_noise(index, pixels) : add_white_noise(index, pixels);
}

double Synthesizer::add_white_noise(std::uint64_t index, Image& pixels) {
  if (ctf_.enabled) fft_.filter(pixels, filters_.signal);
  clean_ = pixels;
  if (!recipe_.snr) return 0;
  const double variance = grey_moments(pixels).variance / *recipe_.snr;
  noise_.resize(pixels.rows(), pixels.cols());
  fill_normal(recipe_.seed, Stream::noise, index, {noise_.data(), static_cast<std::size_t>(noise_.size())});
  pixels += static_cast<float>(std::sqrt(variance)) * noise_;
  return variance;
}

double Synthesizer::add_shaped_noise(std::uint64_t index, Image& pixels) {
  fft_.forward(pixels, spectrum_);
  multiply(spectrum_, filters_.signal);
  const double variance = recipe_.snr ? variance_of(spectrum_) / *recipe_.snr : 0;
  noise_spectrum_ = spectrum_;
  if (!filters_.correction.empty()) multiply(noise_spectrum_, filters_.correction);
  fft_.backward(noise_spectrum_, clean_);
  if (variance > 0) {
    const double before = recipe_.noise_before_ctf;
    if (before < 1) add_noise_terms(Stream::noise, index, std::sqrt(variance * (1 - before)), shape_.after);
    if (before > 0)
      add_noise_terms(Stream::coloured_noise, index, std::sqrt(variance * before), filters_.before);
  }
  if (!filters_.correction.empty()) multiply(spectrum_, filters_.correction);
  fft_.backward(spectrum_, pixels);
  return variance;
}

void Synthesizer::add_noise_terms(Stream stream, std::uint64_t index, double deviation,
                                  const std::vector<float>& filter) {
  noise_.resize(recipe_.grid.size, recipe_.grid.size);
  fill_normal(recipe_.seed, stream, index, {noise_.data(), static_cast<std::size_t>(noise_.size())});
  fft_.forward(noise_, noise_spectrum_);
  multiply(noise_spectrum_, filter);
  spectrum_ += static_cast<float>(deviation) * noise_spectrum_;
}

void Synthesizer::scale_grey_values(Image& pixels) const {
  if (recipe_.normalisation == Normalisation::image) normalise(pixels, grey_moments(pixels));
  if (recipe_.normalisation == Normalisation::background)
    normalise(pixels, grey_moments(pixels, background_));
  if (recipe_.invert) pixels = -pixels;
}

Image Synthesizer::image(const Conformer& conformer, std::uint64_t index) {
  Image pixels;
  use_ctf(conformer.ctf);
  project(conformer, pixels);
  expose(index, pixels);
  scale_grey_values(pixels);
  return pixels;
}

ParticleResult Synthesizer::make(std::uint64_t index, Image& pixels) {
  const Conformer conformer = draw_conformer(recipe_, model_->mode_count(), index);
  use_ctf(conformer.ctf);
  project(conformer, pixels);
  const double noise_variance = expose(index, pixels);

  ParticleResult truth;
  truth.amplitudes = conformer.amplitudes;
  truth.euler_angles = {conformer.pose.rot, conformer.pose.tilt, conformer.pose.psi};
  truth.shift = conformer.pose.shift;
  truth.state = ParticleState::done;
  truth.score = correlation(clean_, pixels);
  truth.standard_errors = recipe_.bounds && recipe_.snr ? bounds(conformer, noise_variance)
                                                        : Eigen::VectorXd::Zero(model_->mode_count() + 5);
  scale_grey_values(pixels);
  return truth;
}

/// Signal and noise as they are before a correction and the scaling of the grey values: these change both
/// alike and no standard error.
Eigen::VectorXd Synthesizer::bounds(const Conformer& conformer, double noise_variance) {
  const double pixels = static_cast<double>(recipe_.grid.size) * recipe_.grid.size;
  const double before = recipe_.noise_before_ctf;
  const auto power = [](float filter) { return static_cast<double>(filter) * static_cast<double>(filter); };
  std::vector<double> noise(filters_.signal.size());
  for (std::size_t t = 0; t < noise.size(); ++t) {
    noise[t] = (1 - before) * power(shape_.after[t]);
    if (before > 0) noise[t] += before * power(filters_.before[t]);
    noise[t] *= pixels * noise_variance;
  }
  const Pose& pose = conformer.pose;
  const Eigen::Matrix3d rotation = rotation_matrix(pose);
  if (conformer.atoms)
    projector_.project_atoms_with_derivatives(*conformer.atoms, conformer.amplitudes, rotation, pose.shift,
                                              projection_, derivatives_);
  else
    projector_.project_with_derivatives(conformer.amplitudes, rotation, pose.shift, projection_,
                                        derivatives_);
  return standard_errors(fft_, projection_, derivatives_, 1.0, filters_.signal, noise);
}

}  // namespace elastem
