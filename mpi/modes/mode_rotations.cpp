#include "mpi/modes/mode_rotations.hpp"

#include <algorithm>
#include <span>

#include "modes/local_rotation.hpp"

namespace elastem {

Eigen::MatrixXd mode_rotations(const Communicator& comm, const Eigen::Matrix3Xd& positions,
                               const RigidBlocks& blocks, double width, std::int64_t first_node,
                               const Eigen::MatrixXd& rows) {
  constexpr Eigen::Index most_values = 8 << 20, fewest_modes = 8;
  const Eigen::Index entries = positions.size();
  const Eigen::Index step = std::max(most_values / entries, fewest_modes);
  Eigen::MatrixXd rotations(rows.rows(), rows.cols());
  for (Eigen::Index k = 0; k < rows.cols(); k += step) {
    const Eigen::Index count = std::min(step, rows.cols() - k);
    // The entries of a node side by side, so that the ranks' parts follow each other.
    const Eigen::MatrixXd own = rows.middleCols(k, count).transpose();
    const auto all = comm.all_gathered(std::span(own.data(), static_cast<std::size_t>(own.size())));
    const Eigen::Map<const Eigen::MatrixXd> vectors(all.data(), count, entries);
    rotations.middleCols(k, count) =
        local_rotations(positions, blocks, width, vectors, first_node, rows.rows() / 3);
  }
  return rotations;
}

}  // namespace elastem
