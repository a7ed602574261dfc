#pragma once

#include <string>

namespace elastem {

enum class FileKind { modes, results, network, particles, images, structure };

/// What a file is, by its content; text files by their names. Throws Error: not there, or something else.
FileKind file_kind(const std::string& path);

}  // namespace elastem
