#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace elastem {

/// What a network looks like; stored in its checkpoint.
struct Architecture {
  std::string name = "small";  ///< one of architecture_names()
  int amplitudes = 3;          ///< K

  bool operator==(const Architecture&) const = default;
};

/// The architectures there are: "small" and "medium", residual networks of base width 16 and 32.
std::vector<std::string> architecture_names();

/// Sums over images, so that those of several ranks add up.
struct LossSums {
  double images = 0;
  double loss = 0;       ///< what is minimised
  double amplitude = 0;  ///< mean absolute error of the scaled amplitudes
  double angle = 0;      ///< degrees, of the heaviest component
  double shift = 0;      ///< mean absolute error of the scaled shifts
};

/// A residual network (He et al. 2016) with group norm (Wu & He 2018): it needs no statistics of a batch, so
/// that an image's answer depends neither on its batch nor on the number of ranks. 32² input, a 5×5
/// convolution of stride 2, four stages of one residual block of width w, 2w, 4w, 8w at 16², 8², 4², 2², and
/// two linear layers to K amplitudes, a shift, and a mixture of orientations: each a 6-D rotation (Zhou et
/// al. 2019), a weight and a concentration (a mixture density network, Bishop 1994).
///
/// Loss of an image: mean over k of H(q̂_k − q_k) + mean over x, y of H(ŝ − s) − ½·log p̂(R), with H(d) the
/// Huber loss of width 0.1, H(d) = d²/0.2 below it and |d| − 0.05 above, in scaled units, and p̂ the mixture's
/// density relative to the uniform one (see log_density): the rotation's part is 0 for an answer that says
/// nothing.
class Network {
 public:
  /// Weights drawn from `seed`. Throws Error for an unknown name.
  Network(const Architecture& architecture, std::uint64_t seed);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  const Architecture& architecture() const;
  std::size_t output_count() const;

  /// All weights, one after another: the network computes with this memory.
  std::span<float> weights();
  std::span<const float> weights() const;

  /// The gradient of the loss summed over the images of a batch, overwritten by each call (all 0 for no
  /// images). `inputs`: n·32² pixels; `targets`: n·(K + 11), see encode_label.
  LossSums accumulate(std::span<const float> inputs, std::span<const float> targets);
  std::span<float> gradient();

  /// Outputs of n images, n·(K + pose_outputs), see decode_answer; in evaluation mode and without gradients.
  std::vector<float> predict(std::span<const float> inputs);
  /// The loss of given outputs, image by image added up, for validation.
  LossSums loss(std::span<const float> outputs, std::span<const float> targets) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// How many threads LibTorch may use in this process.
void use_torch_threads(int threads);
/// "LibTorch 1.13.1".
std::string torch_version();

}  // namespace elastem
