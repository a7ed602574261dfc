#include "reconstruction/fourier_slab.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

int wrapped(int index, int side) {
  return index < 0 ? index + side : index >= side ? index - side : index;
}

double sinc(double x) {
  const double angle = std::numbers::pi * x;
  return std::abs(angle) < 1e-8 ? 1.0 : std::sin(angle) / angle;
}

}  // namespace

void append_samples(const Spectrum& spectrum, std::span<const float> transfer, const Pose& pose,
                    ImageGrid image, ImageGrid map, double max_radius, std::vector<FourierSample>& samples) {
  const int size = image.size;
  const int columns = size / 2 + 1;
  require(spectrum.rows() == size && spectrum.cols() == columns &&
              static_cast<int>(transfer.size()) == size * columns,
          "a half grid");
  require(image.pixel_size > 0 && map.pixel_size > 0, "a positive pixel size");
  const double zoom = zoom_of(image, map), weight = zoom * zoom;
  const double limit = std::min(std::min(max_radius, map.size / 2.0 - 0.5) / zoom, size / 2.0 - 0.5);
  const Eigen::Matrix3d rotation = oversampling * zoom * rotation_matrix(pose);
  const Eigen::Vector2d origin = pose.shift.array() / image.pixel_size + size / 2;  // pixels
  for (int row = 0; row < size; ++row) {
    const int ky = row < (size + 1) / 2 ? row : row - size;
    for (int kx = 0; kx < columns; ++kx) {
      if (kx == 0 && ky < 0) continue;  // the mate of (0, −ky)
      if (kx * kx + ky * ky > limit * limit) continue;
      const Eigen::Vector3d place = (rotation.row(0) * kx + rotation.row(1) * ky).transpose();
      const double angle = 2 * std::numbers::pi * (kx * origin.x() + ky * origin.y()) / size;
      const double ctf = transfer[static_cast<std::size_t>(row * columns + kx)];
      const std::complex<double> value =
          weight * ctf * std::polar(1.0, angle) * std::complex<double>(spectrum(row, kx));
      FourierSample sample{static_cast<float>(place.x()), static_cast<float>(place.y()),
                           static_cast<float>(place.z()), std::complex<float>(value),
                           static_cast<float>(weight * ctf * ctf)};
      FourierSample mate{-sample.x, -sample.y, -sample.z, std::conj(sample.value), sample.weight};
      if (sample.x < 0) std::swap(sample, mate);
      samples.push_back(sample);
      if (sample.x < 1 && (kx != 0 || ky != 0)) samples.push_back(mate);
    }
  }
}

FourierSlab::FourierSlab(int side, int first, int count, std::span<std::complex<double>> values)
    : side_(side), first_(first), count_(count), values_(values) {
  const auto size = static_cast<std::size_t>(count) * static_cast<std::size_t>(side) *
                    static_cast<std::size_t>(side / 2 + 1);
  require(side > 0 && side % 2 == 0 && first >= 0 && first + count <= side, "planes of the volume");
  require(values.size() >= size, "room for the slab");
  values_ = values.first(size);
  std::fill(values_.begin(), values_.end(), std::complex<double>{});
  weights_.assign(size, 0.0);
}

std::pair<int, int> FourierSlab::planes(const FourierSample& sample, int side) {
  const int low = static_cast<int>(std::floor(sample.z));
  return {wrapped(low, side), wrapped(low + 1, side)};
}

void FourierSlab::insert(std::span<const FourierSample> samples, double share) {
  for (const FourierSample& sample : samples) {
    const auto [low, high] = planes(sample, side_);
    const double above = static_cast<double>(sample.z) - std::floor(static_cast<double>(sample.z));
    if (low >= first_ && low < first_ + count_) spread(sample, low - first_, share * (1 - above));
    if (high >= first_ && high < first_ + count_) spread(sample, high - first_, share * above);
  }
}

void FourierSlab::add(const FourierSlab& other) {
  require(other.first_ == first_ && other.values_.size() == values_.size(), "the same planes");
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    values_[i] += other.values_[i];
    weights_[i] += other.weights_[i];
  }
}

// The part of one sample that falls into one plane.
void FourierSlab::spread(const FourierSample& sample, int plane, double share) {
  const int columns = side_ / 2 + 1;
  const int x = static_cast<int>(std::floor(sample.x)), y = static_cast<int>(std::floor(sample.y));
  const double right = static_cast<double>(sample.x) - x, down = static_cast<double>(sample.y) - y;
  const std::complex<double> value(sample.value);
  const double weight = sample.weight;
  for (int j = 0; j < 2; ++j) {
    const auto line = (static_cast<std::size_t>(plane) * static_cast<std::size_t>(side_) +
                       static_cast<std::size_t>(wrapped(y + j, side_))) *
                      static_cast<std::size_t>(columns);
    const double row_share = share * (j == 0 ? 1 - down : down);
    for (int i = 0; i < 2; ++i) {
      if (x + i < 0 || x + i >= columns) continue;
      const double term = row_share * (i == 0 ? 1 - right : right);
      values_[line + static_cast<std::size_t>(x + i)] += term * value;
      weights_[line + static_cast<std::size_t>(x + i)] += term * weight;
    }
  }
}

void FourierSlab::divide(const Regularisation& regularisation, double max_radius) {
  const double limit = oversampling * std::min(max_radius, side_ / 4.0 - 0.5);
  for_each_term(side_, first_, values_.size(), [&](std::size_t i, int x, int y, int z) {
    const double radius = radius_of_term(x, y, z);
    values_[i] *= radius > limit ? 0 : regularisation.gain(radius, weights_[i]);
  });
}

double trilinear_envelope(int x, int y, int z, int side) {
  const double envelope = sinc(static_cast<double>(x) / side) * sinc(static_cast<double>(y) / side) *
                          sinc(static_cast<double>(z) / side);
  return envelope * envelope;
}

double soft_sphere(double distance, double radius, double edge) {
  if (distance <= radius) return 1;
  if (distance >= radius + edge) return 0;
  return 0.5 + 0.5 * std::cos(std::numbers::pi * (distance - radius) / edge);
}

}  // namespace elastem
