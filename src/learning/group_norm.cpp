#include "learning/group_norm.hpp"

#include <bit>
#include <cmath>
#include <vector>

#include "core/error.hpp"

namespace elastem {
namespace {

using torch::Tensor;
constexpr float epsilon = 1e-5F;

/// Bits of a bfloat16, converted by plain integer operations that a compiler vectorises.
struct Half {
  std::uint16_t bits;
};
float value(Half half) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(half.bits) << 16);
}
float value(float number) {
  return number;
}
void store(Half& to, float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  to.bits = static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);  // to nearest, even
}
void store(float& to, float number) {
  to = number;
}

/// max(0, x) that keeps NaN, as std::max does not.
float rectified(float x) {
  return x <= 0 ? 0.0F : x;
}

/// The gradient that max(0, ·) passes on where its result was `out`; without a branch, to be vectorised.
template <class T>
float passed(T out, T gradient) {
  const float g = value(gradient);
  return value(out) <= 0 ? 0.0F : g;
}

struct Shape {
  std::int64_t images, pixels, channels, groups;
  std::int64_t group_channels() const { return channels / groups; }
  float group_size() const { return static_cast<float>(pixels * group_channels()); }
};

/// Sums over an image's pixels of x_c − x_c(first pixel) and of its square, channel by channel. Of squares
/// about 0 hardly a digit of the variance would be left where the mean is far larger than the standard
/// deviation; no pixel is farther from the mean than √n standard deviations of n pixels.
template <class T>
void channel_sums(const T* x, const Shape& s, float* __restrict shift, float* __restrict sum,
                  float* __restrict square) {
  for (std::int64_t c = 0; c < s.channels; ++c) shift[c] = value(x[c]);
  std::fill_n(sum, s.channels, 0.0F);
  std::fill_n(square, s.channels, 0.0F);
  for (std::int64_t p = 0; p < s.pixels; ++p, x += s.channels)
    for (std::int64_t c = 0; c < s.channels; ++c) {
      const float v = value(x[c]) - shift[c];
      sum[c] += v;
      square[c] += v * v;
    }
}

/// Mean and 1/√(v + ε) of each group of an image: v is the mean of the channels' variances, plus the variance
/// of their means.
void group_moments(const Shape& s, const float* shift, const float* sum, const float* square, float* mean,
                   float* inverse) {
  const float per_pixel = 1 / static_cast<float>(s.pixels),
              per_channel = 1 / static_cast<float>(s.group_channels());
  for (std::int64_t g = 0; g < s.groups; ++g) {
    const std::int64_t first = g * s.group_channels(), end = first + s.group_channels();
    float means = 0, variances = 0;
    for (std::int64_t c = first; c < end; ++c) means += shift[c] + sum[c] * per_pixel;
    mean[g] = means * per_channel;
    for (std::int64_t c = first; c < end; ++c) {
      const float rest = sum[c] * per_pixel, off = (shift[c] - mean[g]) + rest;
      variances += rectified(square[c] * per_pixel - rest * rest) + off * off;
    }
    inverse[g] = 1 / std::sqrt(variances * per_channel + epsilon);
  }
}

template <class T>
void forward(const Shape& s, const T* x, const float* gamma, const float* beta, const T* residual, T* y,
             float* mean, float* inverse) {
  std::vector<float> shift(static_cast<std::size_t>(s.channels)), sum(shift), square(shift), a(shift),
      b(shift);
  for (std::int64_t i = 0; i < s.images; ++i, mean += s.groups, inverse += s.groups) {
    const std::int64_t first = i * s.pixels * s.channels;
    channel_sums(x + first, s, shift.data(), sum.data(), square.data());
    group_moments(s, shift.data(), sum.data(), square.data(), mean, inverse);
    for (std::int64_t c = 0; c < s.channels; ++c) {
      const std::int64_t g = c / s.group_channels();
      a[static_cast<std::size_t>(c)] = gamma[c] * inverse[g];
      b[static_cast<std::size_t>(c)] = beta[c] - mean[g] * a[static_cast<std::size_t>(c)];
    }
    const float* __restrict scale = a.data(), * __restrict offset = b.data();
    for (std::int64_t p = 0; p < s.pixels; ++p) {
      const std::int64_t at = first + p * s.channels;
      const T* __restrict from = x + at;
      T* __restrict to = y + at;
      if (residual != nullptr) {
        const T* __restrict other = residual + at;
        for (std::int64_t c = 0; c < s.channels; ++c)
          store(to[c], rectified(scale[c] * value(from[c]) + offset[c] + value(other[c])));
      } else {
        for (std::int64_t c = 0; c < s.channels; ++c)
          store(to[c], rectified(scale[c] * value(from[c]) + offset[c]));
      }
    }
  }
}

/// With d = dy where y > 0: dβ = Σ d, dγ = Σ d·x̂, dx = inverse·(γ·d − mean_g(γ·d) − x̂·mean_g(γ·d·x̂)).
template <class T>
void backward(const Shape& s, const T* x, const T* y, const T* dy, const float* gamma, const float* mean,
              const float* inverse, T* dx, T* dresidual, float* dgamma, float* dbeta) {
  std::vector<float> sum(static_cast<std::size_t>(s.channels)), product(sum), a(sum), b(sum), e(sum);
  for (std::int64_t i = 0; i < s.images; ++i, mean += s.groups, inverse += s.groups) {
    const std::int64_t first = i * s.pixels * s.channels;
    float* __restrict d_sum = sum.data(), * __restrict dx_sum = product.data();
    std::fill_n(d_sum, s.channels, 0.0F);
    std::fill_n(dx_sum, s.channels, 0.0F);
    for (std::int64_t p = 0; p < s.pixels; ++p) {
      const std::int64_t at = first + p * s.channels;
      const T* __restrict from = x + at, * __restrict out = y + at, * __restrict given = dy + at;
      for (std::int64_t c = 0; c < s.channels; ++c) {
        const float d = passed(out[c], given[c]);
        d_sum[c] += d;
        dx_sum[c] += d * value(from[c]);
      }
    }
    for (std::int64_t g = 0; g < s.groups; ++g) {
      float plain = 0, projected = 0;
      for (std::int64_t c = g * s.group_channels(); c < (g + 1) * s.group_channels(); ++c) {
        dx_sum[c] = (dx_sum[c] - mean[g] * d_sum[c]) * inverse[g];  // Σ d·x̂
        dbeta[c] += d_sum[c];
        dgamma[c] += dx_sum[c];
        plain += gamma[c] * d_sum[c];
        projected += gamma[c] * dx_sum[c];
      }
      plain /= s.group_size();
      projected /= s.group_size();
      for (std::int64_t c = g * s.group_channels(); c < (g + 1) * s.group_channels(); ++c) {
        const auto j = static_cast<std::size_t>(c);
        a[j] = inverse[g] * gamma[c];
        b[j] = -inverse[g] * inverse[g] * projected;
        e[j] = -inverse[g] * plain - b[j] * mean[g];
      }
    }
    const float* __restrict of_d = a.data(), * __restrict of_x = b.data(), * __restrict rest = e.data();
    for (std::int64_t p = 0; p < s.pixels; ++p) {
      const std::int64_t at = first + p * s.channels;
      const T* __restrict from = x + at, * __restrict out = y + at, * __restrict given = dy + at;
      T* __restrict to = dx + at;
      for (std::int64_t c = 0; c < s.channels; ++c) {
        const float d = passed(out[c], given[c]);
        store(to[c], of_d[c] * d + of_x[c] * value(from[c]) + rest[c]);
      }
      if (dresidual == nullptr) continue;
      T* __restrict other = dresidual + at;
      for (std::int64_t c = 0; c < s.channels; ++c) store(other[c], passed(out[c], given[c]));
    }
  }
}

Tensor channels_last(const Tensor& x) {
  return x.contiguous(torch::MemoryFormat::ChannelsLast);
}

template <class T>
T* values(const Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

/// Calls f with a value of the type whose bits the tensor holds.
template <class Function>
void for_type(const Tensor& x, Function f) {
  if (x.scalar_type() == torch::kBFloat16)
    f(Half{});
  else
    f(0.0F);
}

struct NormRelu : torch::autograd::Function<NormRelu> {
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& given, const Tensor& gamma,
                        const Tensor& beta, std::int64_t groups,
                        const c10::optional<Tensor>& given_residual) {
    const Tensor x = channels_last(given);
    const Tensor residual = given_residual ? channels_last(*given_residual) : Tensor();
    const Shape shape{x.size(0), x.size(2) * x.size(3), x.size(1), groups};
    const auto single = torch::TensorOptions().dtype(torch::kFloat);
    Tensor y = torch::empty_like(x), mean = torch::empty({shape.images, groups}, single),
           inverse = torch::empty({shape.images, groups}, single);
    for_type(x, [&](auto type) {
      using T = decltype(type);
      elastem::forward(shape, values<T>(x), values<float>(gamma), values<float>(beta), values<T>(residual),
                       values<T>(y), values<float>(mean), values<float>(inverse));
    });
    context->save_for_backward({x, y, gamma, mean, inverse});
    context->saved_data["groups"] = groups;
    context->saved_data["residual"] = residual.defined();
    return y;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &y = saved[1], &gamma = saved[2];
    const Tensor dy = channels_last(gradients[0]);
    const std::int64_t groups = context->saved_data["groups"].toInt();
    const Shape shape{x.size(0), x.size(2) * x.size(3), x.size(1), groups};
    Tensor dx = torch::empty_like(x), dgamma = torch::zeros_like(gamma), dbeta = torch::zeros_like(gamma);
    Tensor dresidual = context->saved_data["residual"].toBool() ? torch::empty_like(x) : Tensor();
    for_type(x, [&](auto type) {
      using T = decltype(type);
      elastem::backward(shape, values<T>(x), values<T>(y), values<T>(dy), values<float>(gamma),
                        values<float>(saved[3]), values<float>(saved[4]), values<T>(dx), values<T>(dresidual),
                        values<float>(dgamma), values<float>(dbeta));
    });
    return {dx, dgamma, dbeta, Tensor(), dresidual};
  }
};

}  // namespace

Tensor norm_relu(const Tensor& x, const Tensor& gamma, const Tensor& beta, std::int64_t groups,
                 const Tensor& residual) {
  require(x.dim() == 4 && groups > 0 && x.size(1) % groups == 0, "a group norm divides the channels");
  if (!x.device().is_cpu()) return composed_norm_relu(x, gamma, beta, groups, residual);
  return NormRelu::apply(x, gamma, beta, groups,
                         residual.defined() ? c10::make_optional(residual) : c10::nullopt);
}

Tensor composed_norm_relu(const Tensor& x, const Tensor& gamma, const Tensor& beta, std::int64_t groups,
                          const Tensor& residual) {
  Tensor y = torch::group_norm(x.to(torch::kFloat), groups, gamma, beta, epsilon);
  if (residual.defined()) y = y + residual.to(torch::kFloat);
  return channels_last(torch::relu(y).to(x.scalar_type()));
}

}  // namespace elastem
