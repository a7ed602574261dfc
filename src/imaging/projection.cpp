#include "imaging/projection.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace elastem {

namespace {

constexpr int largest_width = 64;
constexpr std::array<int, 6> widths = {8, 12, 16, 24, 32, largest_width};

/// A separable Gaussian footprint along one axis: values exp(−(i − f)²/(2s²)) for the offsets i = −below …
/// from the nearest pixel, f in [−½, ½] the fraction, as e₀·b^i·exp(−i²/(2s²)) with b = exp(f/s²): two
/// exponentials.
template <class Real>
void gaussian_axis(Real fraction, Real inverse_variance, int below, int count, const Real* kernel,
                   Real* values) {
  const Real start = std::exp(Real(-0.5) * fraction * fraction * inverse_variance);
  const Real base = std::exp(fraction * inverse_variance);
  const Real inverse_base = Real(1) / base;
  Real power = start;
  for (int i = below; i < count; ++i) {
    values[i] = power * kernel[i];
    power *= base;
  }
  power = start * inverse_base;
  for (int i = below - 1; i >= 0; --i) {
    values[i] = power * kernel[i];
    power *= inverse_base;
  }
}

}  // namespace

template <class Real>
Projector<Real>::Projector(const ElasticModel& model, ImageGrid grid, double cut)
    : model_(&model), grid_(grid), mode_steps_(model.modes.size()) {
  require(grid.size > 0 && grid.pixel_size > 0 && model.widest_sigma() > 0,
          "a box, a pixel and an atom have a size");
  const double sigma_px = model.widest_sigma() / grid.pixel_size;
  height_ = 2 * static_cast<int>(std::ceil(cut * sigma_px)) + 1;
  width_ = *std::find_if(widths.begin(), widths.end() - 1, [this](int width) { return width >= height_; });
  require(height_ <= largest_width, "an atom's footprint is at most 64 pixels wide");
  const int below = height_ / 2;
  kernel_.resize(static_cast<std::size_t>(width_));
  for (int i = 0; i < width_; ++i) {
    kernel_[static_cast<std::size_t>(i)] =
        static_cast<Real>(std::exp(-0.5 * (i - below) * (i - below) / (sigma_px * sigma_px)));
  }
}

template <class Real>
int Projector<Real>::parameter_count() const {
  return static_cast<int>(model_->mode_count()) + 5;
}

template <class Real>
void Projector<Real>::place(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
                            const Eigen::Vector2d& shift) {
  rotated_.noalias() = rotation * model_->deformed(amplitudes);
  shift_ = shift;
}

template <class Real>
void Projector<Real>::clear(int channels) {
  canvas_.channels = channels;
  canvas_.rows = grid_.size + 2 * height_;
  canvas_.columns = grid_.size + 2 * width_;
  canvas_.data.assign(static_cast<std::size_t>(canvas_.rows * channels * canvas_.columns), Real(0));
}

/// Adds every atom's footprint. Channel 0 is the image; with Derivatives channels 1 … K+5 hold the
/// derivatives, of which a footprint row is A·g'(x) + B·g(x) with A = w·∂x_a/∂θ·g(y), B = w·∂y_a/∂θ·g'(y).
template <class Real>
template <int Width, bool Derivatives>
void Projector<Real>::splat() {
  const int below = height_ / 2;
  const double p = grid_.pixel_size;
  const double origin = grid_.size / 2;
  const Real inverse_variance = static_cast<Real>(p * p / (model_->widest_sigma() * model_->widest_sigma()));
  const double norm = p * p / (2 * std::numbers::pi * model_->widest_sigma() * model_->widest_sigma());
  const int modes = Derivatives ? static_cast<int>(model_->mode_count()) : 0;
  const int channels = canvas_.channels;
  std::vector<Real> step_x(static_cast<std::size_t>(channels)), step_y(static_cast<std::size_t>(channels));
  alignas(64) std::array<Real, largest_width> gx, gy, dx, dy;

  for (Eigen::Index a = 0; a < rotated_.cols(); ++a) {
    const double x = (rotated_(0, a) + shift_[0]) / p + origin;
    const double y = (rotated_(1, a) + shift_[1]) / p + origin;
    const double column = std::nearbyint(x), row = std::nearbyint(y);
    if (!(column >= -below && column < grid_.size + below && row >= -below && row < grid_.size + below))
      continue;
    const auto fx = static_cast<Real>(x - column), fy = static_cast<Real>(y - row);
    gaussian_axis(fx, inverse_variance, below, Width, kernel_.data(), gx.data());
    gaussian_axis(fy, inverse_variance, below, height_, kernel_.data(), gy.data());
    const auto weight = static_cast<Real>(model_->weights[a] * norm);
    if constexpr (Derivatives) {
      // d/dx_a in 1/Å of exp(−(x − x_a)²/(2σ²)), x in pixels.
      const auto slope = static_cast<Real>(inverse_variance / p);
      for (int i = 0; i < Width; ++i)
        dx[static_cast<std::size_t>(i)] =
            (static_cast<Real>(i - below) - fx) * slope * gx[static_cast<std::size_t>(i)];
      for (int i = 0; i < height_; ++i)
        dy[static_cast<std::size_t>(i)] =
            (static_cast<Real>(i - below) - fy) * slope * gy[static_cast<std::size_t>(i)];
      const auto rx = static_cast<Real>(rotated_(0, a)), ry = static_cast<Real>(rotated_(1, a)),
                 rz = static_cast<Real>(rotated_(2, a));
      for (int k = 0; k < modes; ++k) {
        const auto& step = mode_steps_[static_cast<std::size_t>(k)];
        step_x[static_cast<std::size_t>(1 + k)] = static_cast<Real>(step(0, a));
        step_y[static_cast<std::size_t>(1 + k)] = static_cast<Real>(step(1, a));
      }
      const auto rotation_steps = static_cast<std::size_t>(1 + modes);
      step_x[rotation_steps] = 0, step_y[rotation_steps] = -rz;
      step_x[rotation_steps + 1] = rz, step_y[rotation_steps + 1] = 0;
      step_x[rotation_steps + 2] = -ry, step_y[rotation_steps + 2] = rx;
      step_x[rotation_steps + 3] = 1, step_y[rotation_steps + 3] = 0;
      step_x[rotation_steps + 4] = 0, step_y[rotation_steps + 4] = 1;
    }
    Real* line =
        canvas_.data.data() +
        static_cast<std::ptrdiff_t>(static_cast<int>(row) - below + height_) * channels * canvas_.columns +
        (static_cast<int>(column) - below + width_);
    for (int i = 0; i < height_; ++i) {
      const Real value = weight * gy[static_cast<std::size_t>(i)];
      for (int j = 0; j < Width; ++j) line[j] += value * gx[static_cast<std::size_t>(j)];
      line += canvas_.columns;
      if constexpr (Derivatives) {
        const Real slope = weight * dy[static_cast<std::size_t>(i)];
        for (int c = 1; c < channels; ++c) {
          const Real along = value * step_x[static_cast<std::size_t>(c)];
          const Real across = slope * step_y[static_cast<std::size_t>(c)];
          for (int j = 0; j < Width; ++j) {
            line[j] += along * dx[static_cast<std::size_t>(j)] + across * gx[static_cast<std::size_t>(j)];
          }
          line += canvas_.columns;
        }
      }
    }
  }
}

template <class Real>
template <bool Derivatives>
void Projector<Real>::splat_any() {
  // The width is a constant of the inner loop, so that a footprint row is a fixed number of vector
  // operations.
  switch (width_) {
    case 8:
      return splat<8, Derivatives>();
    case 12:
      return splat<12, Derivatives>();
    case 16:
      return splat<16, Derivatives>();
    case 24:
      return splat<24, Derivatives>();
    case 32:
      return splat<32, Derivatives>();
    default:
      return splat<largest_width, Derivatives>();
  }
}

template <class Real>
void Projector<Real>::copy_out(int channel, ImageOf<Real>& image) const {
  image.resize(grid_.size, grid_.size);
  for (int y = 0; y < grid_.size; ++y) {
    const Real* line =
        canvas_.data.data() +
        static_cast<std::ptrdiff_t>((y + height_) * canvas_.channels + channel) * canvas_.columns + width_;
    std::copy_n(line, grid_.size, image.data() + static_cast<std::ptrdiff_t>(y) * grid_.size);
  }
}

template <class Real>
void Projector<Real>::project(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
                              const Eigen::Vector2d& shift, ImageOf<Real>& image) {
  place(amplitudes, rotation, shift);
  clear(1);
  splat_any<false>();
  copy_out(0, image);
}

template <class Real>
void Projector<Real>::project_with_derivatives(const Eigen::VectorXd& amplitudes,
                                               const Eigen::Matrix3d& rotation, const Eigen::Vector2d& shift,
                                               ImageOf<Real>& image,
                                               std::vector<ImageOf<Real>>& derivatives) {
  place(amplitudes, rotation, shift);
  for (std::size_t k = 0; k < mode_steps_.size(); ++k) {
    mode_steps_[k].noalias() = rotation.topRows<2>() * model_->modes[k];
  }
  clear(1 + parameter_count());
  splat_any<true>();
  copy_out(0, image);
  derivatives.resize(static_cast<std::size_t>(parameter_count()));
  for (int c = 0; c < parameter_count(); ++c) copy_out(1 + c, derivatives[static_cast<std::size_t>(c)]);
}

template class Projector<float>;
template class Projector<double>;

}  // namespace elastem
