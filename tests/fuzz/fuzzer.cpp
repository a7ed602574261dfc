// A libFuzzer program for the target ELASTEM_FUZZ_TARGET.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  elastem::fuzz::ELASTEM_FUZZ_TARGET(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
