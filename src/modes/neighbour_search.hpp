#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// Nodes sorted into cubic cells of side `radius`, so that the neighbours of a node within `radius` are found
/// in time independent of the number of nodes. Only cells that hold nodes are stored: memory is O(nodes),
/// however far apart they lie.
class NeighbourSearch {
 public:
  /// `positions` (Å, one column per node) must outlive the search; radius > 0.
  NeighbourSearch(const Eigen::Matrix3Xd& positions, double radius);

  double radius() const { return radius_; }

  /// Calls f(j) for every node j in the 27 cells around r, i.e. for all nodes nearer than `radius` and some
  /// beyond it, always in the same order.
  template <class F>
  void for_each_candidate(const Eigen::Vector3d& r, F&& f) const {
    const Cell centre = cell(r);
    for (std::int64_t dx = -1; dx <= 1; ++dx)
      for (std::int64_t dy = -1; dy <= 1; ++dy) {
        // The three cells along z stand next to each other in the sorted list.
        const Entry first{{centre[0] + dx, centre[1] + dy, centre[2] - 1}, 0};
        const Cell last{centre[0] + dx, centre[1] + dy, centre[2] + 1};
        for (auto entry = std::ranges::lower_bound(entries_, first);
             entry != entries_.end() && entry->cell <= last; ++entry)
          f(entry->node);
      }
  }

  /// Calls f(j, r_i − r_j) for every node j ≠ i nearer than `radius` to node i. Throws Error when one lies at
  /// the very place of node i, for then their spring has no direction.
  template <class F>
  void for_each_neighbour(Eigen::Index i, F&& f) const {
    const Eigen::Vector3d r = positions_->col(i);
    for_each_candidate(r, [&](std::int32_t j) {
      if (j == i) return;
      const Eigen::Vector3d d = r - positions_->col(j);
      const double squared = d.squaredNorm();
      if (squared >= radius_ * radius_) return;
      if (squared == 0) refuse_coincidence(i, j);
      f(j, d);
    });
  }

 private:
  using Cell = std::array<std::int64_t, 3>;
  struct Entry {
    Cell cell;
    std::int32_t node;
    auto operator<=>(const Entry&) const = default;
  };

  Cell cell(const Eigen::Vector3d& r) const;
  [[noreturn]] static void refuse_coincidence(Eigen::Index i, Eigen::Index j);

  const Eigen::Matrix3Xd* positions_;
  Eigen::Vector3d corner_;
  double radius_;
  std::vector<Entry> entries_;
};

}  // namespace elastem
