#include "core/error.hpp"

namespace elastem {

void require(bool condition, const char* text, std::source_location where) {
  if (condition) return;
  throw Bug(std::string(where.file_name()) + ":" + std::to_string(where.line()) + ": " +
            where.function_name() + ": " + text);
}

}  // namespace elastem
