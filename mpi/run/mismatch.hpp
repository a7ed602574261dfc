#pragma once

#include <string>

namespace elastem {

/// Files do not belong together: `difference` names them and what differs, `remedy` says what to give
/// instead. Throws Error, or warns where the user accepts it (--accept-mismatch).
void report_mismatch(const std::string& difference, const std::string& remedy, bool accept);

}  // namespace elastem
