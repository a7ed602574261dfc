#pragma once

#include <string>

#include "report/landscape_page.hpp"

namespace elastem {

/// The interactive part of a landscape's page, HTML: what it shows as JSON, the particles in Base64, and the
/// program that draws them. Where that cannot run, nothing of it is seen.
std::string interactive_part(const LandscapeReport& report);

/// How to cite the program, HTML.
std::string citation_html(const std::string& version);

}  // namespace elastem
