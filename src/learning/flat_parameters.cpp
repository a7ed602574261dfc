#include "learning/flat_parameters.hpp"

#include <functional>
#include <future>
#include <utility>

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include "core/error.hpp"

namespace elastem {
namespace {

using torch::Tensor;

/// Numbers of a gradient that are brought to the host at once, but for the last; half a MiB. A copy waits for
/// what the device still computes, so that few are better than one per parameter.
constexpr std::size_t least_copied = std::size_t{1} << 17;

/// A stretch of `flat` in the shape of a parameter; convolutions in the order in which they are computed,
/// channels last.
Tensor stretch(const Tensor& flat, std::int64_t offset, const Tensor& parameter) {
  const Tensor part = flat.narrow(0, offset, parameter.numel());
  if (parameter.dim() != 4) return part.view(parameter.sizes());
  return part.view({parameter.size(0), parameter.size(2), parameter.size(3), parameter.size(1)})
      .permute({0, 3, 1, 2});
}

/// A part of a flat tensor.
Tensor part_of(const Tensor& flat, std::size_t first, std::size_t count) {
  return flat.narrow(0, static_cast<std::int64_t>(first), static_cast<std::int64_t>(count));
}

/// Called after a parameter's gradient was added to its memory.
struct AfterGradient : torch::autograd::FunctionPostHook {
  explicit AfterGradient(std::function<void()> call) : call_(std::move(call)) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list& /*inputs*/) override {
    call_();
    return outputs;
  }
  std::function<void()> call_;
};

}  // namespace

FlatParameters::FlatParameters(torch::nn::Module& module, const ComputeDevice& device)
    : device_(torch_device(device)), staged_(device.staged) {
  require(staged_ || device_.is_cpu(), "host memory is computed with by the processor");
  const torch::NoGradGuard without_gradient;
  std::int64_t count = 0;
  for (const Tensor& p : module.parameters()) count += p.numel();
  const auto host = torch::TensorOptions().pinned_memory(device_.is_cuda());
  weights_ = torch::empty({count}, host);
  gradient_ = torch::zeros({count}, host);
  device_weights_ = staged_ ? torch::empty({count}, device_) : weights_;
  device_gradient_ = staged_ ? torch::zeros({count}, device_) : gradient_;
  std::int64_t offset = 0;
  for (Tensor p : module.parameters()) {
    stretch(weights_, offset, p).copy_(p);
    p.set_data(stretch(device_weights_, offset, p));
    p.mutable_grad() = stretch(device_gradient_, offset, p);
    watch(p, static_cast<std::size_t>(offset));
    offset += p.numel();
  }
}

void FlatParameters::watch(const Tensor& parameter, std::size_t first) {
  auto accumulator = [&] {
    const torch::AutoGradMode with_gradient(true);
    return torch::autograd::impl::grad_accumulator(parameter);
  }();
  const std::size_t index = places_.size();
  accumulator->add_post_hook(std::make_unique<AfterGradient>([this, index] { finished(index); }));
  places_.push_back({first, std::move(accumulator)});
}

std::span<float> FlatParameters::weights() {
  changed_ = true;
  return {weights_.data_ptr<float>(), count()};
}

bool FlatParameters::update_weights() {
  if (staged_ && changed_) {
    const torch::NoGradGuard without_gradient;
    device_weights_.copy_(weights_);
  }
  return std::exchange(changed_, false);
}

void FlatParameters::backward(const Tensor& loss, const GradientReady& ready) {
  device_gradient_.zero_();
  ready_ = &ready;
  pending_ = places_.size();
  handed_ = final_from_ = count();
  final_.assign(places_.size(), false);
  ended_ = false;
  if (staged_)
    backward_staged(loss);
  else
    loss.backward();
  require(handed_ == 0, "every weight has a gradient");
}

/// Gradients come roughly in reverse order; they are passed on in exactly this order, the same on all ranks.
void FlatParameters::finished(std::size_t index) {
  {
    const std::lock_guard lock(mutex_);
    final_[index] = true;
    while (pending_ > 0 && final_[pending_ - 1]) final_from_ = places_[--pending_].first;
  }
  if (staged_)
    progress_.notify_one();
  else
    hand_on(final_from_);
}

void FlatParameters::hand_on(std::size_t first) {
  const std::size_t count = handed_ - first;
  if (count == 0) return;
  if (staged_) part_of(gradient_, first, count).copy_(part_of(device_gradient_, first, count));
  handed_ = first;
  if (*ready_) (*ready_)(first, count);
}

/// LibTorch's gradients of a CUDA device come in a thread of its own, while the one that calls `backward`
/// sleeps. That is another one here, so that this one can hand on what is final.
void FlatParameters::backward_staged(const Tensor& loss) {
  const auto end = [this] {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    progress_.notify_one();
  };
  std::future<void> pass = std::async(std::launch::async, [&] {
    try {
      const c10::DeviceGuard here(device_);
      loss.backward();
    } catch (...) {
      end();
      throw;
    }
    end();
  });
  hand_on_as_it_comes();
  pass.get();
}

void FlatParameters::hand_on_as_it_comes() {
  std::size_t first = handed_;
  do {
    {
      std::unique_lock lock(mutex_);
      progress_.wait(lock, [&] { return ended_ || handed_ - final_from_ >= least_copied; });
      first = final_from_;
      if (ended_ && first == handed_) return;
    }
    hand_on(first);
  } while (first > 0);
}

}  // namespace elastem
