#include "modes/neighbour_search.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "core/error.hpp"

namespace elastem {

NeighbourSearch::NeighbourSearch(const Eigen::Matrix3Xd& positions, double radius)
    : positions_(&positions),
      corner_(positions.cols() > 0 ? Eigen::Vector3d(positions.rowwise().minCoeff())
                                   : Eigen::Vector3d::Zero()),
      radius_(radius),
      entries_(static_cast<std::size_t>(positions.cols())) {
  require(radius > 0, "the radius is positive");
  require(positions.cols() < std::numeric_limits<std::int32_t>::max(), "nodes are numbered with 32 bits");
  for (Eigen::Index i = 0; i < positions.cols(); ++i)
    entries_[static_cast<std::size_t>(i)] = {cell(positions.col(i)), static_cast<std::int32_t>(i)};
  std::ranges::sort(entries_);
}

NeighbourSearch::Cell NeighbourSearch::cell(const Eigen::Vector3d& r) const {
  const Eigen::Vector3d scaled = (r - corner_) / radius_;
  return {static_cast<std::int64_t>(std::floor(scaled.x())),
          static_cast<std::int64_t>(std::floor(scaled.y())),
          static_cast<std::int64_t>(std::floor(scaled.z()))};
}

void NeighbourSearch::refuse_coincidence(Eigen::Index i, Eigen::Index j) {
  throw Error("atoms " + std::to_string(std::min(i, j) + 1) + " and " + std::to_string(std::max(i, j) + 1) +
              " of the selection lie at the same position, so no spring can join them. Remove one of them "
              "from the structure.");
}

}  // namespace elastem
