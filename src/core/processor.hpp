#pragma once

namespace elastem {

/// Instructions beyond the base of x86-64; none on a processor of another kind.
struct InstructionSets {
  bool avx2 = false;             // with FMA and BMI2: x86-64-v3
  bool avx512 = false;           // F, BW, CD, DQ and VL: x86-64-v4
  bool avx512_bfloat16 = false;  // products of bfloat16 numbers
};

/// What the processor has on which the program runs.
InstructionSets processor_instructions();

/// What the program was compiled to use (-march). Data, no code: to be read on any processor.
extern const InstructionSets built_for;

}  // namespace elastem
