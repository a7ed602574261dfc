#include "report/page_script.hpp"

#include <cstddef>

// The bytes of a file between two symbols. ELASTEM_WEB_BUNDLE: the folder, known when this is compiled.
#define ELASTEM_BYTES(name, file)                                                                      \
  asm(".pushsection .rodata\n.balign 16\n.global " #name "\n" #name ":\n.incbin \"" ELASTEM_WEB_BUNDLE \
      "/" file "\"\n.global " #name "_end\n" #name "_end:\n.byte 0\n.popsection\n");                   \
  extern "C" const char name[];                                                                        \
  extern "C" const char name##_end[]

ELASTEM_BYTES(elastem_page_script, "landscape.js");
ELASTEM_BYTES(elastem_page_style, "landscape.css");

namespace elastem {

std::string_view page_script() {
  return {elastem_page_script, static_cast<std::size_t>(elastem_page_script_end - elastem_page_script)};
}

std::string_view page_style() {
  return {elastem_page_style, static_cast<std::size_t>(elastem_page_style_end - elastem_page_style)};
}

}  // namespace elastem
