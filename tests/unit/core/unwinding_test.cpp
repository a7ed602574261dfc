#include "core/unwinding.hpp"

#include <functional>
#include <stdexcept>

#include <gtest/gtest.h>

namespace elastem {
namespace {

// Tells at its end whether an exception ends it.
struct Witness {
  explicit Witness(std::function<void(bool)> tell) : tell(std::move(tell)) {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { tell(static_cast<bool>(unwinding)); }

  std::function<void(bool)> tell;
  Unwinding unwinding;
};

TEST(Unwinding, IsNotSeenAtAnOrdinaryEnd) {
  bool unwinding = true;
  {
    const Witness witness([&](bool seen) { unwinding = seen; });
  }
  EXPECT_FALSE(unwinding);
}

TEST(Unwinding, IsSeenWhenAnExceptionEndsTheObject) {
  bool unwinding = false;
  try {
    const Witness witness([&](bool seen) { unwinding = seen; });
    throw std::runtime_error("the end");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(unwinding);
}

TEST(Unwinding, DoesNotConcernAnObjectThatLivesWhileAnotherUnwinds) {
  bool inner = true;
  try {
    const Witness outer([&](bool) { const Witness witness([&](bool seen) { inner = seen; }); });
    throw std::runtime_error("the end");
  } catch (const std::runtime_error&) {
  }
  EXPECT_FALSE(inner);
}

}  // namespace
}  // namespace elastem
