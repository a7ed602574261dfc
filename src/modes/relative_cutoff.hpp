#pragma once

#include <Eigen/Core>

namespace elastem {

/// A cut-off that follows the packing of the nodes: the distance (Å) that `percent` % of the distances of
/// each node to its `neighbours` nearest ones stay below, all nodes taken together (ContinuousFlex' relative
/// cut-off). Rounded up to a hundredth of an Å, so that the printed value gives the same network. Neighbours
/// are looked for in growing spheres: time O(nodes·neighbours), memory O(nodes). Positions are in Å, one
/// column per node; 0 < percent ≤ 100. Throws Error when there are not more nodes than neighbours.
double relative_cutoff(const Eigen::Matrix3Xd& positions, double percent, int neighbours);

}  // namespace elastem
