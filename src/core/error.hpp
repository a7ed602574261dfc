#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace elastem {

/// Something the user can mend. The text says what is wrong, the value, where (file and line, option,
/// particle) and how to mend it. Printed once by rank 0; exit code 2.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A broken precondition: a bug in the program. Exit code 1 with the rank that found it.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws Bug with `text` and the caller's place unless `condition` holds.
void require(bool condition, const char* text, std::source_location where = std::source_location::current());

}  // namespace elastem
