#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace elastem {

/// The planes of a density map that one process holds. The map is cropped to the box that contains the
/// described region Ω, the voxels of positive density inside the mask; elsewhere the values are 0. The ranks'
/// slabs follow each other without a gap, and one process may hold none or all of them.
struct DensitySlab {
  std::array<std::int64_t, 3> size{};  ///< columns, rows and planes of the whole box
  std::int64_t first_plane = 0;
  std::int64_t planes = 0;      ///< held here
  std::vector<float> values{};  ///< planes × rows × columns; above 0 in Ω, 0 outside
};

/// Sums whole numbers element by element over all processes, in place, the same on each: the only thing that
/// the shares of a map exchange. Sums of whole numbers do not depend on their order, so that results are the
/// same to the last bit on any number of ranks.
using SumOverRanks = std::function<void(std::span<std::int64_t>)>;

/// For one process that holds everything.
inline void sum_alone(std::span<std::int64_t> /*values*/) {}

/// First plane and number of planes of share `rank` of `ranks`: whole layers of `layer` planes (the last one
/// may be thinner), so that the shares hold about equally many voxels of Ω; `voxels` counts those of each
/// plane. Shares may be empty.
std::pair<std::int64_t, std::int64_t> slab_share(const std::vector<std::int64_t>& voxels, std::int64_t layer,
                                                 int rank, int ranks);

}  // namespace elastem
