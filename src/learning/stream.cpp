#include "learning/stream.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Geometry>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {
namespace {

constexpr int side = network_input_size;

/// Re Σ A·B* over the full grid but k = 0.
double inner_product(const Spectrum& a, const Spectrum& b) {
  double sum = 0;
  for (Eigen::Index row = 0; row < a.rows(); ++row)
    for (Eigen::Index kx = 0; kx < a.cols(); ++kx) {
      if (row == 0 && kx == 0) continue;
      sum += column_multiplicity(static_cast<int>(kx), side) *
             static_cast<double>((a(row, kx) * std::conj(b(row, kx))).real());
    }
  return sum;
}

void particle_spectrum(InputMaker& input, const Image& image, const Ctf& ctf, Spectrum& spectrum) {
  ImageOf<float> magnitude, sign;
  input.transfer(ctf, magnitude, sign);
  input.crop(image, spectrum);
  spectrum *= sign;
}

/// A rotation drawn uniformly: a normalised quaternion of four normal deviates (Marsaglia 1972).
Eigen::Matrix3d uniform_rotation(Random& random) {
  const double w = random.normal(), x = random.normal(), y = random.normal(), z = random.normal();
  return Eigen::Quaterniond(w, x, y, z).normalized().toRotationMatrix();
}

}  // namespace

void signal_spectrum(Projector<float>& projector, InputMaker& input, const Label& label, const Ctf& ctf,
                     Image& projection, Spectrum& spectrum) {
  ImageOf<float> magnitude, sign;
  input.transfer(ctf, magnitude, sign);
  projector.project(label.amplitudes, label.rotation, label.shift, projection);
  input.crop(projection, spectrum);
  spectrum *= magnitude;
}

double correlation(Projector<float>& projector, InputMaker& input, const Image& image, const Ctf& ctf,
                   const Label& label) {
  Image projection;
  Spectrum signal, particle;
  signal_spectrum(projector, input, label, ctf, projection, signal);
  particle_spectrum(input, image, ctf, particle);
  const double norm = std::sqrt(inner_product(signal, signal) * inner_product(particle, particle));
  return norm > 0 ? inner_product(particle, signal) / norm : 0.0;
}

ImageStatistics::ImageStatistics(const ElasticModel& model, ImageGrid grid)
    : projector_(model, grid), input_(grid), shells_(half_grid_shells(side)) {
  const int shell_count = 1 + *std::max_element(shells_.begin(), shells_.end());
  shell_terms_.assign(static_cast<std::size_t>(shell_count), 0.0);
  for (std::size_t i = 0; i < shells_.size(); ++i)
    shell_terms_[static_cast<std::size_t>(shells_[i])] +=
        column_multiplicity(static_cast<int>(i) % (side / 2 + 1), side);
  sums_.assign(2 + shell_terms_.size(), 0.0);
}

void ImageStatistics::add(const Image& image, const Ctf& ctf, const Label& label) {
  Image projection;
  Spectrum signal, particle;
  signal_spectrum(projector_, input_, label, ctf, projection, signal);
  const float mean = image.mean();
  const float deviation = std::sqrt((image - mean).square().mean());
  particle_spectrum(input_, (image - mean) / deviation, ctf, particle);
  const double power = inner_product(signal, signal);
  const double grey = power > 0 ? inner_product(particle, signal) / power : 0.0;
  if (!(grey > 0) || !std::isfinite(grey)) return;
  particle -= static_cast<float>(grey) * signal;
  sums_[0] += 1;
  sums_[1] += grey;
  for (std::size_t i = 0; i < shells_.size(); ++i)
    sums_[2 + static_cast<std::size_t>(shells_[i])] +=
        column_multiplicity(static_cast<int>(i) % (side / 2 + 1), side) *
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

SyntheticStream::SyntheticStream(const ElasticModel& model, ImageGrid grid, StreamModel content,
                                 std::uint64_t seed)
    : projector_(model, grid), input_(grid), content_(std::move(content)), seed_(seed), fft_(side) {
  require(!content_.labels.empty() && !content_.optics.empty(), "a stream draws from labels and optics");
  for (const double power : noise_on_half_grid(content_.noise, side))
    noise_amplitude_.push_back(static_cast<float>(std::sqrt(power / (side * side))));
}

void SyntheticStream::draw(std::uint64_t index, Image& input, Label& label) {
  Random random(seed_, Stream::network, index);
  const auto near = [&](double value, double sd) { return value + content_.widening * sd * random.normal(); };
  const Label& centre = content_.labels[random.below(content_.labels.size())];
  label = centre;
  for (Eigen::Index k = 0; k < label.amplitudes.size(); ++k)
    label.amplitudes[k] =
        near(centre.amplitudes[k], content_.scaling.amplitude_sd[static_cast<std::size_t>(k)]);
  const Label& place = content_.labels[random.below(content_.labels.size())];
  label.shift = {near(place.shift.x(), content_.scaling.shift_sd),
                 near(place.shift.y(), content_.scaling.shift_sd)};
  label.rotation = uniform_rotation(random);
  const Ctf& ctf = content_.optics[random.below(content_.optics.size())];

  signal_spectrum(projector_, input_, label, ctf, projection_, spectrum_);
  white_.resize(side, side);
  for (float& pixel : white_.reshaped<Eigen::RowMajor>()) pixel = static_cast<float>(random.normal());
  fft_.forward(white_, noise_spectrum_);
  const auto grey = static_cast<float>(content_.grey_scale);
  for (Eigen::Index i = 0; i < spectrum_.size(); ++i)
    spectrum_.data()[i] = grey * spectrum_.data()[i] +
                          noise_amplitude_[static_cast<std::size_t>(i)] * noise_spectrum_.data()[i];
  // The crop drops the Nyquist lines of a real image, so the noise has none either.
  spectrum_.row(side / 2).setZero();
  spectrum_.col(side / 2).setZero();
  input_.finish(spectrum_, input);
}

}  // namespace elastem
