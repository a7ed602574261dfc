#pragma once

#include <c10/core/DeviceGuard.h>

#include "learning/compute_device.hpp"

namespace elastem {

/// The same as LibTorch names it.
inline c10::Device torch_device(const ComputeDevice& device) {
  if (device.cuda < 0) return c10::Device(c10::DeviceType::CPU);
  return {c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(device.cuda)};
}

}  // namespace elastem
