#pragma once

#include <cstdint>
#include <vector>

namespace elastem {

/// Sorts nodes (or blocks of them) into connected pieces, spring by spring; time almost linear in the
/// springs.
class ElasticPieces {
 public:
  explicit ElasticPieces(std::int64_t nodes);

  /// A spring between nodes a and b.
  void join(std::int64_t a, std::int64_t b);

  /// Pairs of nodes that stand one after the other and, joined by another ElasticPieces, tell it all that
  /// this one knows: at most one pair per node.
  std::vector<std::int32_t> links();

  /// The number 0, 1, … of the piece each node belongs to, pieces in the order of their first node.
  std::vector<std::int32_t> numbered();

 private:
  std::int32_t root(std::int32_t node);

  std::vector<std::int32_t> parents_;  ///< never after the node; a root is its own
};

}  // namespace elastem
