#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "learning/network.hpp"
#include "learning/torch_device.hpp"

namespace elastem {

/// The parameters of a module in one stretch of host memory, and their gradient in another, so that they are
/// reduced, updated and saved as one. Without staging the module computes with this memory. With staging it
/// computes with a copy of each on its device: weights go there before they are used, and a part of the
/// gradient comes back when it is final.
class FlatParameters {
 public:
  /// Moves the parameters to the device. The module outlives this, which stays where it is.
  FlatParameters(torch::nn::Module& module, const ComputeDevice& device);
  FlatParameters(const FlatParameters&) = delete;
  FlatParameters& operator=(const FlatParameters&) = delete;

  c10::Device device() const { return device_; }
  std::size_t count() const { return static_cast<std::size_t>(weights_.numel()); }
  /// To be written to before the next update_weights(), which takes note of nothing that is written later.
  std::span<float> weights();
  std::span<const float> weights() const { return {weights_.data_ptr<float>(), count()}; }
  std::span<float> gradient() { return {gradient_.data_ptr<float>(), count()}; }

  /// Brings weights that may have changed to the device; whether they may have.
  bool update_weights();
  /// Overwrites the gradient with that of `loss`, a single value. `ready`: see Network::accumulate; it is
  /// called by the calling thread, whichever thread LibTorch computes with, since it may call MPI.
  void backward(const torch::Tensor& loss, const GradientReady& ready);

 private:
  void watch(const torch::Tensor& parameter, std::size_t first);
  void finished(std::size_t index);
  void hand_on(std::size_t first);
  void backward_staged(const torch::Tensor& loss);
  void hand_on_as_it_comes();

  /// A parameter's place, and what tells that its gradient is there.
  struct Place {
    std::size_t first;
    std::shared_ptr<torch::autograd::Node> accumulator;
  };

  c10::Device device_;
  bool staged_;
  bool changed_ = true;                             ///< the weights, since they were brought to the device
  torch::Tensor weights_, gradient_;                ///< in host memory
  torch::Tensor device_weights_, device_gradient_;  ///< the parameters and their gradients are views of these
  std::vector<Place> places_;

  const GradientReady* ready_ = nullptr;
  std::size_t handed_ = 0;  ///< numbers of the gradient from here on were passed to ready_
  std::mutex mutex_;        ///< of what follows
  std::condition_variable progress_;
  std::vector<bool> final_;
  std::size_t pending_ = 0;     ///< places 0 … pending_ − 1 are not all final
  std::size_t final_from_ = 0;  ///< numbers of the gradient from here on are final
  bool ended_ = false;          ///< the backward pass
};

}  // namespace elastem
