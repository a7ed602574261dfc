#include "synthesis/synthesizer.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "imaging/fisher.hpp"

namespace elastem {

namespace {

double mean_of(const Image& pixels) {
  return pixels.cast<double>().mean();
}

double variance_of(const Image& pixels) {
  const double mean = mean_of(pixels);
  return (pixels.cast<double>() - mean).square().mean();
}

// Mean of CTF² over the full grid without k = 0: what the CTF leaves of white noise's variance.
double mean_square(const std::vector<float>& transfer, int size) {
  const int columns = size / 2 + 1;
  double sum = 0;
  for (std::size_t i = 1; i < transfer.size(); ++i) {
    const int kx = static_cast<int>(i % static_cast<std::size_t>(columns));
    sum +=
        column_multiplicity(kx, size) * static_cast<double>(transfer[i]) * static_cast<double>(transfer[i]);
  }
  return sum / (static_cast<double>(size) * size);
}

// The recipe, when it can be made.
Recipe checked(const Recipe& recipe, Eigen::Index mode_count) {
  require_possible(recipe, mode_count);
  return recipe;
}

}  // namespace

void normalise(Image& pixels) {
  const double mean = mean_of(pixels);
  const double deviation = std::sqrt(variance_of(pixels));
  if (!(deviation > 0)) throw Error("an image has all pixels equal: it cannot be brought to variance 1");
  pixels = ((pixels.cast<double>() - mean) / deviation).cast<float>();
}

Synthesizer::Synthesizer(const ElasticModel& model, const Recipe& recipe)
    : model_(&model),
      recipe_(checked(recipe, model.mode_count())),
      projector_(model, recipe.grid),
      exact_projector_(model, recipe.grid),
      fft_(recipe.grid.size),
      exact_fft_(recipe.grid.size) {}

const std::vector<float>& Synthesizer::transfer_of(const Ctf& ctf) {
  if (transfer_.empty() || !(ctf == transfer_ctf_)) {
    transfer_ = ctf_half_grid(ctf, recipe_.grid.size, recipe_.grid.pixel_size);
    transfer_ctf_ = ctf;
  }
  return transfer_;
}

void Synthesizer::filter(Image& pixels, const std::vector<float>& transfer) {
  fft_.forward(pixels, spectrum_);
  Eigen::Map<const Image> ctf(transfer.data(), recipe_.grid.size, recipe_.grid.size / 2 + 1);
  spectrum_ *= ctf;
  fft_.backward(spectrum_, pixels);
}

void Synthesizer::clean_image(const Conformer& conformer) {
  const Pose& pose = conformer.pose;
  projector_.project(conformer.amplitudes, rotation_matrix(pose.rot, pose.tilt, pose.psi), pose.shift,
                     clean_);
  const auto& transfer = transfer_of(conformer.ctf);
  if (conformer.ctf.enabled) filter(clean_, transfer);
}

Synthesizer::Variances Synthesizer::add_noise(std::uint64_t index, Image& pixels) {
  Variances variances;
  if (!recipe_.snr) return variances;
  const int size = recipe_.grid.size;
  const double total = variance_of(pixels) / *recipe_.snr;
  variances.white = total * (1.0 - recipe_.noise_before_ctf);
  variances.coloured =
      recipe_.noise_before_ctf > 0 ? total * recipe_.noise_before_ctf / mean_square(transfer_, size) : 0.0;

  Random noise(recipe_.seed, Stream::noise, index);
  const double white = std::sqrt(variances.white);
  for (auto& pixel : pixels.reshaped<Eigen::RowMajor>()) pixel += static_cast<float>(white * noise.normal());
  if (variances.coloured > 0) {
    const double before = std::sqrt(variances.coloured);
    coloured_.resize(size, size);
    for (auto& pixel : coloured_.reshaped<Eigen::RowMajor>())
      pixel = static_cast<float>(before * noise.normal());
    filter(coloured_, transfer_);
    pixels += coloured_;
  }
  return variances;
}

Image Synthesizer::image(const Conformer& conformer, std::uint64_t index) {
  clean_image(conformer);
  Image pixels = clean_;
  add_noise(index, pixels);
  normalise(pixels);
  return pixels;
}

ParticleResult Synthesizer::make(std::uint64_t index, Image& pixels) {
  const Conformer conformer = draw_conformer(recipe_, model_->mode_count(), index);
  clean_image(conformer);
  pixels = clean_;
  const Variances variances = add_noise(index, pixels);
  normalise(pixels);

  ParticleResult truth;
  truth.amplitudes = conformer.amplitudes;
  truth.euler_angles = {conformer.pose.rot, conformer.pose.tilt, conformer.pose.psi};
  truth.shift = conformer.pose.shift;
  truth.state = ParticleState::done;
  normalise(clean_);
  truth.score = (clean_.cast<double>() * pixels.cast<double>()).mean();
  truth.standard_errors = Eigen::VectorXd::Zero(model_->mode_count() + 5);
  if (!recipe_.snr) return truth;

  // Signal and noise before the normalisation: it scales both alike and changes no standard error.
  const double pixel_count = static_cast<double>(recipe_.grid.size) * recipe_.grid.size;
  std::vector<double> noise_power(transfer_.size());
  for (std::size_t k = 0; k < noise_power.size(); ++k) {
    const double ctf = transfer_[k];
    noise_power[k] = pixel_count * (variances.white + variances.coloured * ctf * ctf);
  }
  const Pose& pose = conformer.pose;
  truth.standard_errors = standard_errors(exact_projector_, exact_fft_, conformer.amplitudes,
                                          rotation_matrix(pose.rot, pose.tilt, pose.psi), pose.shift, 1.0,
                                          transfer_, noise_power);
  return truth;
}

}  // namespace elastem
