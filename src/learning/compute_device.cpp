#include "learning/compute_device.hpp"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <spdlog/fmt/fmt.h>
#include <torch/cuda.h>

#include "core/error.hpp"
#include "core/processor.hpp"
#include "learning/torch_device.hpp"

namespace elastem {
namespace {

ComputeDevice in_use;

}  // namespace

ComputeDevice device_among(int devices, DeviceChoice choice, int local_rank) {
  if (choice == DeviceChoice::cuda && devices == 0)
    throw Error(
        "option --device cuda: LibTorch finds no CUDA device here; build with a LibTorch that has CUDA and "
        "run where nvidia-smi lists a GPU, or give --device cpu");
  if (choice == DeviceChoice::cpu || devices == 0) return {};
  return {local_rank % devices, true};
}

ComputeDevice choose_device(DeviceChoice choice, int local_rank) {
  const int devices = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  return device_among(devices, choice, local_rank);
}

void use_device(const ComputeDevice& device) {
  in_use = device;
  if (device.cuda < 0) return;
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
}

ComputeDevice device_in_use() {
  return in_use;
}

bool multiplies_bfloat16(const ComputeDevice& device) {
  if (device.cuda < 0) return processor_instructions().avx512_bfloat16;
  const c10::DeviceGuard here(torch_device(device));
  return at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
}

std::string device_name(const ComputeDevice& device) {
  return device.cuda < 0 ? "the processor" : fmt::format("CUDA device {}", device.cuda);
}

}  // namespace elastem
