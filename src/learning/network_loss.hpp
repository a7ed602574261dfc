#pragma once

#include <torch/torch.h>

#include "learning/network.hpp"

namespace elastem {

/// Raw numbers of the last layer for K amplitudes.
std::int64_t raw_count(std::int64_t amplitudes);

/// Starts the last layer's bias: orientations drawn at random, so that each takes its own part of them, and
/// an expected error of half a standard deviation.
void start_bias(const torch::Tensor& bias, std::int64_t amplitudes);

/// From raw numbers to an answer, n×output_count (see decode_answer), differentiable.
torch::Tensor answers(const torch::Tensor& raw, std::int64_t amplitudes);

struct LossTerms {
  torch::Tensor loss, amplitude, angle, shift;  ///< n values each, as in LossSums
};
/// The loss of answers against targets (see encode_label), image by image.
LossTerms loss_terms(const torch::Tensor& answer, const torch::Tensor& target, std::int64_t amplitudes);

}  // namespace elastem
