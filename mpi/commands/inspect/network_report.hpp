#pragma once

#include <string>

namespace elastem {

/// The line that every network of elastem begins with.
inline constexpr const char* network_magic = "elastem network ";

/// Prints what a trained network is for, how far it was trained and how good it was, from the header of its
/// file alone. Throws Error: no such header.
void report_network(const std::string& path);

}  // namespace elastem
