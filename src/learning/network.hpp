#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/name_table.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// Numbers that activations and products of a network are made of; weights, sums and the loss are float32.
enum class Precision { float32, bfloat16 };

inline constexpr NamedValue<Precision> precision_names[] = {{Precision::float32, "float32"},
                                                            {Precision::bfloat16, "bfloat16"}};
constexpr NameTable<Precision> name_table(Precision) {
  return precision_names;
}

/// bfloat16 where the device in use multiplies it (multiplies_bfloat16), else float32.
Precision device_precision();

/// What a network looks like; stored in its checkpoint.
struct Architecture {
  std::string name = "small";  ///< one of architecture_names()
  int amplitudes = 3;          ///< K
  int input_size = 32;         ///< pixels a side of what it sees, a multiple of 16

  bool operator==(const Architecture&) const = default;
};

/// The architectures there are, smallest first.
inline std::vector<std::string> architecture_names() {
  return {"tiny", "small", "medium", "resnet18", "resnet34"};
}

/// Pixels a side of the input that keeps detail down to `resolution` Å (a pair of pixels each): the smallest
/// multiple of 16 beyond 2·S·p/resolution, at least 32 and never more than the image has.
int network_input_size(ImageGrid grid, double resolution);

/// Sums over images, so that those of several ranks add up.
struct LossSums {
  double images = 0;
  double loss = 0;       ///< what is minimised
  double amplitude = 0;  ///< mean absolute error of the scaled amplitudes
  double angle = 0;      ///< degrees, of the heaviest component
  double shift = 0;      ///< mean absolute error of the scaled shifts
};

/// Says that the numbers first … first + count − 1 of the gradient are final.
using GradientReady = std::function<void(std::size_t first, std::size_t count)>;

/// A residual network (He et al. 2016, arXiv:1512.03385) with group norm (Wu & He 2018), which needs no
/// statistics of a batch, so that an image's answer depends neither on its batch nor on the number of ranks:
/// a convolution of stride 2, four stages of residual blocks of width w, 2w, 4w, 8w at a half, a quarter …
/// of its resolution, and one or two linear layers. Its answer:
///   K amplitudes and a shift, each with the mean absolute error it expects of itself;
///   a mixture of orientations, each a 6-D rotation (Zhou et al. 2019), a weight and a concentration (mixture
///   density network, Bishop 1994).
///
/// With the label's standard error s and the expected error b of a value, in scaled units, the loss of an
/// image is  Σ_v c_v·w_v·H(v̂ − v)  +  0.1·Σ_v c_v·(|v̂ − v|/t + log t)  −  0.25·log p̂(R):
///   w = b²/(b² + s²) takes from a label what its own error makes worthless, t = √(b² + s²);
///   H(d) = d²/0.2 for |d| < 0.1, else |d| − 0.05 (Huber); c_v = 1/K for amplitudes, 1/2 for x and y;
///   p̂ the mixture's density relative to the uniform one, Σ_m w_m·exp(κ_m·tr(R_mᵀR))/c(κ_m)
///   (log_peak_density), with 1/κ grown by 2s² of the label's rotation. Neither w, b nor t pass a gradient to
///   v̂, nor the second sum.
class Network {
 public:
  /// Weights drawn from `seed`, the same for every device. It computes on the device in use (use_device).
  /// Throws Error for an unknown name.
  Network(const Architecture& architecture, std::uint64_t seed, Precision precision = Precision::float32);
  Network(Network&&) noexcept;
  ~Network();

  const Architecture& architecture() const;
  std::size_t input_pixels() const;
  std::size_t target_count() const;
  std::size_t output_count() const;

  /// All weights, one after another, in host memory. What is written here counts from the next call of
  /// accumulate or predict on; call this again to write after that.
  std::span<float> weights();
  std::span<const float> weights() const;

  /// The gradient of the loss summed over the images of a batch, overwritten by each call (all 0 for no
  /// images). `inputs`: n·input_size² pixels; `targets`: n·target_count() numbers, see encode_label. `ready`
  /// is called during the backward pass, by the calling thread, as soon as a part of the gradient is final
  /// (in host memory), from the last numbers to the first, each number once.
  LossSums accumulate(std::span<const float> inputs, std::span<const float> targets,
                      const GradientReady& ready = {});
  std::span<float> gradient();

  /// Outputs of n images, n·output_count() numbers, see decode_answer; without gradients.
  std::vector<float> predict(std::span<const float> inputs);
  /// The loss of given outputs, image by image added up, for validation.
  LossSums loss(std::span<const float> outputs, std::span<const float> targets) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// To be called before a network is used: how many threads LibTorch may use in this process, and that memory
/// the process frees stays its own (blocks of up to 32 MiB). Each pass frees tens of MB and asks for them
/// again; where they went back to the system in between, a fifth of a training is page faults.
void prepare_torch(int threads);
/// "LibTorch 1.13.1".
std::string torch_version();

}  // namespace elastem
