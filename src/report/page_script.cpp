#include "report/page_script.hpp"

#include <cstddef>

// The bytes of files between symbols. ELASTEM_WEB_BUNDLE: the folder, known when this is compiled.
asm(".pushsection .rodata\n"
    ".global elastem_page_script\nelastem_page_script:\n"
    ".incbin \"" ELASTEM_WEB_BUNDLE
    "/landscape.js\"\n"
    ".global elastem_page_style\nelastem_page_style:\n"
    ".incbin \"" ELASTEM_WEB_BUNDLE
    "/landscape.css\"\n"
    ".global elastem_page_end\nelastem_page_end:\n.byte 0\n"
    ".popsection\n");

extern "C" const char elastem_page_script[];
extern "C" const char elastem_page_style[];
extern "C" const char elastem_page_end[];

namespace elastem {

std::string_view page_script() {
  return {elastem_page_script, static_cast<std::size_t>(elastem_page_style - elastem_page_script)};
}

std::string_view page_style() {
  return {elastem_page_style, static_cast<std::size_t>(elastem_page_end - elastem_page_style)};
}

}  // namespace elastem
