#include "modes/relative_cutoff.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "modes/neighbour_search.hpp"

namespace elastem {

namespace {

// How many distances round up to each number of hundredths of an Å.
using Histogram = std::map<std::int64_t, std::int64_t>;

// The distance to the k-th nearest node, the middle one of a few nodes: where to begin the search.
double typical_distance(const Eigen::Matrix3Xd& positions, int k) {
  constexpr Eigen::Index samples = 15;
  const Eigen::Index step = std::max<Eigen::Index>(1, positions.cols() / samples);
  std::vector<double> found;
  for (Eigen::Index i = 0; i < positions.cols(); i += step) {
    Eigen::VectorXd squared = (positions.colwise() - positions.col(i)).colwise().squaredNorm();
    std::nth_element(squared.begin(), squared.begin() + k, squared.end());
    found.push_back(std::sqrt(squared(k)));
  }
  std::ranges::nth_element(found, found.begin() + static_cast<std::ptrdiff_t>(found.size() / 2));
  return found[found.size() / 2];
}

// Counts the distances of node i to its k nearest nodes; false when fewer lie within the radius of the
// search.
bool count_nearest(const NeighbourSearch& search, Eigen::Index i, std::size_t k,
                   std::vector<double>& distances, Histogram& histogram) {
  distances.clear();
  search.for_each_neighbour(i,
                            [&](std::int32_t, const Eigen::Vector3d& d) { distances.push_back(d.norm()); });
  if (distances.size() < k) return false;
  std::ranges::nth_element(distances, distances.begin() + static_cast<std::ptrdiff_t>(k - 1));
  for (std::size_t n = 0; n < k; ++n)
    // Strictly above the distance: nodes at the cut-off itself have no spring.
    ++histogram[static_cast<std::int64_t>(std::floor(100 * distances[n])) + 1];
  return true;
}

}  // namespace

double relative_cutoff(const Eigen::Matrix3Xd& positions, double percent, int neighbours) {
  require(percent > 0 && percent <= 100 && neighbours > 0, "a percentile of at least one neighbour");
  if (positions.cols() <= neighbours)
    throw Error("a relative cut-off needs more nodes than neighbours, but there are " +
                std::to_string(positions.cols()) + " nodes for " + std::to_string(neighbours) +
                " neighbours. Give fewer --neighbours or an absolute --cutoff in Å.");
  Histogram histogram;
  std::vector<Eigen::Index> waiting(static_cast<std::size_t>(positions.cols()));
  std::iota(waiting.begin(), waiting.end(), 0);
  std::vector<double> distances;
  const double least = 1e-3;  // Å: nodes that coincide are found and named by the search
  for (double radius = std::max(typical_distance(positions, neighbours), least); !waiting.empty();
       radius *= 1.5) {
    const NeighbourSearch search(positions, radius);
    std::erase_if(waiting, [&](Eigen::Index i) {
      return count_nearest(search, i, static_cast<std::size_t>(neighbours), distances, histogram);
    });
  }
  const auto all = static_cast<double>(positions.cols()) * neighbours;
  std::int64_t below = 0;
  for (const auto& [hundredths, count] : histogram) {
    below += count;
    if (static_cast<double>(below) >= percent / 100 * all) return static_cast<double>(hundredths) / 100;
  }
  return static_cast<double>(histogram.rbegin()->first) / 100;
}

}  // namespace elastem
