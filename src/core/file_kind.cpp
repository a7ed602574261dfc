#include "core/file_kind.hpp"

#include <sys/stat.h>
#include <system_error>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

namespace fs = std::filesystem;

std::string special_kind(const fs::path& path, Links links) {
  std::error_code failed;
  const fs::file_status status =
      links == Links::seen ? fs::symlink_status(path, failed) : fs::status(path, failed);
  switch (status.type()) {
    case fs::file_type::regular:
    case fs::file_type::not_found:
    case fs::file_type::none:
      return "";
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::symlink:
      return "a symbolic link";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    case fs::file_type::fifo:
      return "a pipe";
    case fs::file_type::socket:
      return "a socket";
    default:
      return "no regular file";
  }
}

bool is_null_device(const fs::path& path) {
  struct stat status = {}, null = {};
  return ::lstat(path.c_str(), &status) == 0 && ::stat("/dev/null", &null) == 0 && S_ISCHR(status.st_mode) &&
         S_ISCHR(null.st_mode) && status.st_rdev == null.st_rdev;
}

void require_regular_file(const fs::path& path) {
  if (const std::string kind = special_kind(path); !kind.empty())
    throw Error(fmt::format("{} is {}, which cannot be read here: give a regular file", path.string(), kind));
}

}  // namespace elastem
