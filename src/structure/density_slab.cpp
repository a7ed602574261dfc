#include "structure/density_slab.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"

namespace elastem {

std::pair<std::int64_t, std::int64_t> slab_share(const std::vector<std::int64_t>& voxels, std::int64_t layer,
                                                 int rank, int ranks) {
  require(layer > 0 && rank >= 0 && rank < ranks, "a share of layers");
  const auto planes = static_cast<std::int64_t>(voxels.size());
  const std::int64_t all = std::accumulate(voxels.begin(), voxels.end(), std::int64_t{0});
  // Share r begins at the first layer before which r/ranks of the voxels lie.
  const auto begin = [&](int share) {
    if (share == ranks) return planes;
    std::int64_t plane = 0, before = 0;
    while (plane < planes && before * ranks < all * share) {
      const std::int64_t end = std::min(plane + layer, planes);
      for (; plane < end; ++plane) before += voxels[static_cast<std::size_t>(plane)];
    }
    return plane;
  };
  const std::int64_t first = begin(rank);
  return {first, begin(rank + 1) - first};
}

}  // namespace elastem
