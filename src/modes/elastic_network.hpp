#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "structure/structure.hpp"

namespace elastem {

/// A spring between two nodes of an elastic network; first < second.
struct Spring {
  std::int32_t first = 0;
  std::int32_t second = 0;

  bool operator==(const Spring&) const = default;
};

/// The springs of an elastic network (Tirion 1996): one between every two nodes nearer than `cutoff` (Å) in
/// `positions` (Å, one column per node), all of the same stiffness 1. Sorted by first, then second node.
/// Found by a cell list: time and memory O(nodes). Throws Error when two nodes coincide, for then their
/// spring has no direction.
std::vector<Spring> find_springs(const Eigen::Matrix3Xd& positions, double cutoff);

/// Throws Error when `pieces` (the piece of each node, as ElasticPieces numbers them) are more than one:
/// each would add six motions without any cost to those of the whole. The text names the pieces by their
/// first and last atom and suggests a cut-off that joins them.
void require_one_piece(const Structure& structure, const std::vector<std::int32_t>& pieces, double cutoff);

/// The sentence that names nodes (rigid blocks by their first node) of `total` whose springs leave some
/// motion of them free, e.g. because all lie in one plane or along one line (fewer than three do always).
/// `kind` is what they are: "atoms" or "rigid blocks".
std::string loose_nodes_text(const Structure& structure, const std::vector<std::int64_t>& nodes,
                             const std::string& kind, std::int64_t total, double cutoff);

}  // namespace elastem
