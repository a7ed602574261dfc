#pragma once

#include <string>
#include <string_view>

namespace elastem {

/// Bytes as Base64 text (RFC 4648, with padding).
std::string base64(std::string_view bytes);

}  // namespace elastem
