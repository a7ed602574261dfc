#include "particles/particle_key.hpp"

#include <gtest/gtest.h>

namespace elastem {
namespace {

std::string key(std::int64_t slice, const std::string& stack) {
  Particle particle;
  particle.slice = slice;
  particle.stack = stack;
  return particle_key(particle);
}

TEST(ParticleKey, CountsImagesFromOneWithoutLeadingZeros) {
  EXPECT_EQ(key(0, "stack.mrcs"), "1@stack.mrcs");
  EXPECT_EQ(key(12345678, "/data/a b.mrcs"), "12345679@/data/a b.mrcs");
}

TEST(ParticleKey, OnePathHasOneSpelling) {
  EXPECT_EQ(key(4, "./a/stack.mrcs"), key(4, "a/stack.mrcs"));
  EXPECT_EQ(key(4, "a//b/../stack.mrcs"), key(4, "a/stack.mrcs"));
  EXPECT_EQ(key(4, "../a/stack.mrcs"), "5@../a/stack.mrcs");
}

TEST(ParticleKey, DifferentImagesHaveDifferentKeys) {
  EXPECT_NE(key(0, "a.mrcs"), key(1, "a.mrcs"));
  EXPECT_NE(key(0, "a.mrcs"), key(0, "b.mrcs"));
  EXPECT_NE(key(0, "a.mrcs"), key(0, "/a.mrcs"));
}

}  // namespace
}  // namespace elastem
