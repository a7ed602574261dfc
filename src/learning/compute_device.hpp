#pragma once

#include <string>

#include "core/name_table.hpp"

namespace elastem {

/// Where a network computes.
struct ComputeDevice {
  int cuda = -1;  ///< number of a CUDA device; −1: the processor
  /// With copies of weights and gradient that are moved from and to host memory, as on a CUDA device; on the
  /// processor they are of no use but to test that path.
  bool staged = false;

  bool operator==(const ComputeDevice&) const = default;
};

/// Where a network is to compute; automatic: on a CUDA device where there is one.
enum class DeviceChoice { automatic, cpu, cuda };

inline constexpr NamedValue<DeviceChoice> device_choice_names[] = {
    {DeviceChoice::automatic, "auto"}, {DeviceChoice::cpu, "cpu"}, {DeviceChoice::cuda, "cuda"}};
constexpr NameTable<DeviceChoice> name_table(DeviceChoice) {
  return device_choice_names;
}

/// Of the n CUDA devices that LibTorch sees, number local_rank mod n, where `local_rank` is the rank's number
/// within its node, or the processor. Throws Error for DeviceChoice::cuda where there is none.
ComputeDevice choose_device(DeviceChoice choice, int local_rank);

/// The rule of choose_device for `devices` CUDA devices.
ComputeDevice device_among(int devices, DeviceChoice choice, int local_rank);

/// Networks that this process makes from now on compute there; before, on the processor. On a CUDA device
/// float32 is float32 (no TF32), and cuDNN chooses only algorithms that give the same bits again.
void use_device(const ComputeDevice& device);
ComputeDevice device_in_use();

/// Whether the device multiplies bfloat16: AVX-512 BF16 of a processor, compute capability 8 of a GPU.
bool multiplies_bfloat16(const ComputeDevice& device);

/// "the processor" or "CUDA device 2".
std::string device_name(const ComputeDevice& device);

}  // namespace elastem
