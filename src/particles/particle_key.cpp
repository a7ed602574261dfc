#include "particles/particle_key.hpp"

#include <filesystem>

#include <spdlog/fmt/fmt.h>

namespace elastem {

std::string particle_key(const Particle& particle) {
  const std::string stack = std::filesystem::path(particle.stack).lexically_normal().generic_string();
  return fmt::format("{}@{}", particle.slice + 1, stack);
}

}  // namespace elastem
