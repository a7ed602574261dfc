#pragma once

#include <functional>
#include <string>

#include "core/error.hpp"

namespace elastem {

/// What the Error that `action` throws says.
inline std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace elastem
