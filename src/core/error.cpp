#include "core/error.hpp"

#include <spdlog/fmt/fmt.h>

namespace elastem {

void require(bool condition, const char* text, std::source_location where) {
  if (condition) return;
  throw Bug(fmt::format("{}:{}: {}: {}", where.file_name(), where.line(), where.function_name(), text));
}

}  // namespace elastem
