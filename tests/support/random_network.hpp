#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "core/random.hpp"
#include "modes/block_hessian.hpp"

/// Networks without structure, the same in every run.
namespace elastem {

/// Points evenly distributed in a cube about the origin, a column each.
inline Eigen::Matrix3Xd random_cloud(Eigen::Index nodes, double side, std::uint64_t seed) {
  Random random(seed, Stream::sampling, 0);
  Eigen::Matrix3Xd r(3, nodes);
  for (double& x : r.reshaped()) x = random.uniform(-side / 2, side / 2);
  return r;
}

/// A network of such points, every one a block of its own.
inline BlockNetwork random_network(Eigen::Index nodes, double side, double cutoff, std::uint64_t seed) {
  return {random_cloud(nodes, side, seed), cutoff, {}, single_nodes(nodes)};
}

}  // namespace elastem
