#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// How densely the views of a set lie on the sphere, and weights that even them out. A view and the opposite
/// one are mirror images of each other and count as one. Views are counted in cells of about 3°, which are to
/// be added over ranks; so weights are the same on any number of them.
class ViewDensity {
 public:
  ViewDensity();
  /// The cell of a view by rot and tilt, degrees.
  int cell_of(const Eigen::Vector3d& euler_angles) const;
  void add(const Eigen::Vector3d& euler_angles) {
    ++counts_[static_cast<std::size_t>(cell_of(euler_angles))];
  }
  std::span<std::int64_t> counts() { return counts_; }

  /// The weight of each cell: the inverse of the density there by a kernel exp(κ(|cos γ| − 1)), κ = 1/b², b =
  /// n^(−1/6) between 5° and 25° (Scott's rule in two dimensions); no weight is more than `most` times that
  /// of a density that is even, and the mean over the views is 1.
  struct Weights {
    std::vector<double> of_cells;
    double effective = 0;  ///< (Σw)²/Σw²: as many views of equal weights tell as much
    double least = 1, greatest = 1;
    std::int64_t capped = 0;  ///< views of the greatest weight allowed
  };
  static constexpr double most = 5;
  /// Of at least one view.
  Weights weights() const;

 private:
  std::vector<int> first_of_ring_;  // cells, and the end
  std::vector<Eigen::Vector3d> centres_;
  std::vector<double> areas_;  // of the half sphere, sum 1
  std::vector<std::int64_t> counts_;
};

}  // namespace elastem
