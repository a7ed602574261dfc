#pragma once

#include <string>

namespace elastem {

/// RELION's label of an Xmipp label of the same meaning and unit, and the other way; "" where there is none.
std::string relion_label(const std::string& xmipp);
std::string xmipp_label(const std::string& relion);

}  // namespace elastem
