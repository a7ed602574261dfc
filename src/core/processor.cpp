#include "core/processor.hpp"

namespace elastem {

#if defined(__x86_64__)
InstructionSets processor_instructions() {
  __builtin_cpu_init();  // needed before the constructors have run
  InstructionSets sets;
  sets.avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  sets.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl");
  sets.avx512_bfloat16 = __builtin_cpu_supports("avx512bf16");
  return sets;
}
#else
InstructionSets processor_instructions() {
  return {};
}
#endif

}  // namespace elastem
