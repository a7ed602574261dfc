// Ends the program with a sentence, not with SIGILL, on a processor that lacks what the program was compiled
// to use. Like core/processor.cpp it is compiled for any processor, and it runs before any constructor.
#include <string_view>
#include <unistd.h>

#include "core/processor.hpp"

namespace elastem {
namespace {

void write_error(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string_view missing_instructions() {
  const InstructionSets has = processor_instructions();
  if (built_for.avx2 && !has.avx2) return "AVX2 and FMA";
  if (built_for.avx512 && !has.avx512) return "AVX-512";
  if (built_for.avx512_bfloat16 && !has.avx512_bfloat16) return "AVX-512 BF16";
  return "";
}

void refuse_lesser_processor() {
  const std::string_view missing = missing_instructions();
  if (missing.empty()) return;
  write_error("elastem: error: this processor has no ");
  write_error(missing);
  write_error(
      ", for which this elastem was built; build it with -DELASTEM_ARCH= (empty), which runs on any "
      "processor\n");
  _exit(2);
}

// Before the constructors of shared libraries: the loader gives them this program's copies of inline
// functions.
[[gnu::used, gnu::section(".preinit_array")]] void (*const check)() = &refuse_lesser_processor;

}  // namespace
}  // namespace elastem
