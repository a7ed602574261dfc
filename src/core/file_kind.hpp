#pragma once

#include <filesystem>
#include <string>

namespace elastem {

enum class Links { followed, seen };

/// What stands at a path where it is no regular file, for messages: "a folder", "a pipe", "a device",
/// "a socket", with Links::seen "a symbolic link"; "" for a regular file and where nothing is.
std::string special_kind(const std::filesystem::path& path, Links links = Links::followed);

/// Whether it is the device that forgets what is written to it, such as /dev/null.
bool is_null_device(const std::filesystem::path& path);

/// For files that are read: throws Error where something else than a regular file stands at the path. What is
/// not there is left to who opens it.
void require_regular_file(const std::filesystem::path& path);

}  // namespace elastem
