#include "core/processor.hpp"

namespace elastem {
namespace {

#if defined(__AVX2__) && defined(__FMA__)
constexpr bool avx2 = true;
#else
constexpr bool avx2 = false;
#endif
#if defined(__AVX512F__) && defined(__AVX512VL__)
constexpr bool avx512 = true;
#else
constexpr bool avx512 = false;
#endif
#if defined(__AVX512BF16__)
constexpr bool avx512_bfloat16 = true;
#else
constexpr bool avx512_bfloat16 = false;
#endif

}  // namespace

constinit const InstructionSets built_for = {avx2, avx512, avx512_bfloat16};

}  // namespace elastem
