#include "learning/stream.hpp"

#include <cmath>

#include <Eigen/Geometry>

#include "core/error.hpp"
#include "core/random.hpp"
#include "imaging/white_noise.hpp"

namespace elastem {
namespace {

/// A rotation drawn uniformly: a normalised quaternion of four normal deviates (Marsaglia 1972).
Eigen::Matrix3d uniform_rotation(Random& random) {
  const double w = random.normal(), x = random.normal(), y = random.normal(), z = random.normal();
  return Eigen::Quaterniond(w, x, y, z).normalized().toRotationMatrix();
}

/// White noise of image `index`, transformed.
void draw_noise(std::uint64_t seed, std::uint64_t index, Fft2<float>& fft, Image& white, Spectrum& spectrum) {
  white.resize(fft.size(), fft.size());
  fill_normal(seed, Stream::noise, index, {white.data(), static_cast<std::size_t>(white.size())});
  fft.forward(white, spectrum);
  drop_nyquist(spectrum);
}

/// The terms of a full half grid that an input of `size` pixels keeps, in absolute value.
std::vector<float> cropped_filter(const std::vector<float>& filter, int full, int size) {
  std::vector<float> cropped;
  const int columns = size / 2 + 1, full_columns = full / 2 + 1;
  for (int row = 0; row < size; ++row) {
    const int ky = 2 * row < size ? row : row - size;
    const int from = ky < 0 ? ky + full : ky;
    for (int kx = 0; kx < columns; ++kx)
      cropped.push_back(std::abs(filter[static_cast<std::size_t>(from * full_columns + kx)]));
  }
  return cropped;
}

}  // namespace

Label label_of(const Conformer& conformer) {
  const Pose& pose = conformer.pose;
  return {conformer.amplitudes, rotation_matrix(pose), pose.shift, {}};
}

LabelStream::LabelStream(const ElasticModel& model, ImageGrid grid, int input_size, StreamModel content,
                         std::uint64_t seed)
    : signal_(model, grid, input_size), content_(std::move(content)), seed_(seed), fft_(input_size) {
  require(!content_.labels.empty() && !content_.optics.empty(), "a stream draws from labels and optics");
  for (const double power : noise_on_half_grid(content_.noise, input_size))
    noise_amplitude_.push_back(static_cast<float>(std::sqrt(power) / input_size));
}

void LabelStream::draw(std::uint64_t index, Image& input, Label& label) {
  Random random(seed_, Stream::network, index);
  const auto near = [&](double value, double sd) { return value + content_.widening * sd * random.normal(); };
  const Label& centre = content_.labels[random.below(content_.labels.size())];
  label.amplitudes = centre.amplitudes;
  for (Eigen::Index k = 0; k < label.amplitudes.size(); ++k)
    label.amplitudes[k] =
        near(centre.amplitudes[k], content_.scaling.amplitude_sd[static_cast<std::size_t>(k)]);
  const Label& place = content_.labels[random.below(content_.labels.size())];
  label.shift = {near(place.shift.x(), content_.scaling.shift_sd),
                 near(place.shift.y(), content_.scaling.shift_sd)};
  label.rotation = uniform_rotation(random);
  label.errors = {};
  const Ctf& ctf = content_.optics[random.below(content_.optics.size())];

  signal_.draw(label, ctf, spectrum_);
  draw_noise(seed_, index, fft_, white_, noise_spectrum_);
  multiply(noise_spectrum_, noise_amplitude_);
  spectrum_ = static_cast<float>(content_.grey_scale) * spectrum_ + noise_spectrum_;
  signal_.input().finish(spectrum_, input);
}

RecipeStream::RecipeStream(const ElasticModel& model, Recipe recipe, int input_size, std::uint64_t seed)
    : model_(&model),
      recipe_(std::move(recipe)),
      shape_(noise_shape(recipe_)),
      signal_(model, recipe_.grid, input_size),
      fft_(input_size) {
  require_possible(recipe_, model.mode_count());
  if (!recipe_.structures.empty())
    throw Error("option --relation: structures have no amplitudes to learn; give another relation");
  recipe_.seed = seed + 0x9E3779B97F4A7C15ULL;
  whole_to_band_ = measured_ratio();
}

RecipeStream::Filters RecipeStream::cropped_filters(const Ctf& ctf) const {
  const ImageFilters whole = image_filters(recipe_, shape_, ctf);
  const double before = recipe_.noise_before_ctf;
  std::vector<float> noise(shape_.after.size());
  for (std::size_t t = 0; t < noise.size(); ++t) {
    const float coloured = before > 0 ? whole.before[t] : 0.0F;
    noise[t] = std::sqrt(static_cast<float>(1 - before) * shape_.after[t] * shape_.after[t] +
                         static_cast<float>(before) * coloured * coloured);
  }
  const auto crop = [&](const std::vector<float>& filter) {
    return filter.empty() ? filter : cropped_filter(filter, recipe_.grid.size, signal_.input_size());
  };
  return {crop(whole.signal), crop(noise), crop(whole.correction)};
}

void RecipeStream::draw_signal(const Conformer& conformer) {
  if (!(ctf_ == conformer.ctf)) {
    filters_ = cropped_filters(conformer.ctf);
    ctf_ = conformer.ctf;
  }
  signal_.project(label_of(conformer), spectrum_);
  multiply(spectrum_, filters_.signal);
}

double RecipeStream::measured_ratio() {
  constexpr std::uint64_t images = 64;
  Projector<float> projector(*model_, recipe_.grid);
  Fft2<float> fft(recipe_.grid.size);
  Image image;
  Spectrum whole;
  double all = 0, band = 0;
  for (std::uint64_t i = 0; i < images; ++i) {
    const Conformer conformer = draw_conformer(recipe_, model_->mode_count(), i);
    const Label label = label_of(conformer);
    draw_signal(conformer);
    band += inner_product(spectrum_, spectrum_);
    projector.project(label.amplitudes, label.rotation, label.shift, image);
    fft.forward(image, whole);
    multiply(whole, image_filters(recipe_, shape_, conformer.ctf).signal);
    all += inner_product(whole, whole);
  }
  return all / band;
}

void RecipeStream::draw(std::uint64_t index, Image& input, Label& label) {
  const Conformer conformer = draw_conformer(recipe_, model_->mode_count(), index);
  label = label_of(conformer);
  draw_signal(conformer);
  if (recipe_.snr) {
    // Variances are of the whole image: Σ|Y|²/S⁴, and white noise of variance v has |N|² = v·S² a term.
    const int size = recipe_.grid.size, side = fft_.size();
    const double signal = inner_product(spectrum_, spectrum_) * whole_to_band_ / std::pow(size, 4);
    draw_noise(recipe_.seed, index, fft_, white_, noise_spectrum_);
    multiply(noise_spectrum_, filters_.noise);
    spectrum_ += static_cast<float>(std::sqrt(signal / *recipe_.snr) * size / side) * noise_spectrum_;
  }
  if (!filters_.correction.empty()) multiply(spectrum_, filters_.correction);
  signal_.input().finish(spectrum_, input);
}

}  // namespace elastem
