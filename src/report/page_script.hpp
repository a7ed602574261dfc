#pragma once

#include <string_view>

namespace elastem {

/// The program of the interactive page with the libraries it uses, and its style: web/bundle, which
/// scripts/web.sh makes.
std::string_view page_script();
std::string_view page_style();

}  // namespace elastem
