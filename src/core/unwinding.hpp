#pragma once

#include <exception>

namespace elastem {

/// Tells a destructor whether its object dies of an exception that was thrown after the object was made. What
/// is collective, or may throw, is left out then: an exception may unwind one rank alone. A member of the
/// class that asks; an object made and destroyed in peace while another exception unwinds is not concerned.
class Unwinding {
 public:
  explicit operator bool() const { return std::uncaught_exceptions() > exceptions_; }

 private:
  int exceptions_ = std::uncaught_exceptions();
};

}  // namespace elastem
