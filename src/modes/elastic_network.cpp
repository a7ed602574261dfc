#include "modes/elastic_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "modes/neighbour_search.hpp"

namespace elastem {

namespace {

// The largest over pieces of the distance to the nearest node of another piece: a cut-off just above it
// leaves no piece on its own. Found by doubling the search radius, each time with a cell list.
double joining_distance(const Structure& structure, const std::vector<std::int32_t>& piece, int count,
                        double cutoff) {
  std::vector<double> nearest(static_cast<std::size_t>(count), std::numeric_limits<double>::infinity());
  for (double radius = 2 * cutoff; !std::isfinite(*std::ranges::max_element(nearest)); radius *= 2) {
    const NeighbourSearch search(structure.positions, radius);
    for (Eigen::Index i = 0; i < structure.size(); ++i)
      search.for_each_candidate(structure.positions.col(i), [&](std::int32_t j) {
        const int own = piece[static_cast<std::size_t>(i)];
        if (own == piece[static_cast<std::size_t>(j)]) return;
        double& best = nearest[static_cast<std::size_t>(own)];
        best = std::min(best, (structure.positions.col(i) - structure.positions.col(j)).norm());
      });
  }
  return *std::ranges::max_element(nearest);
}

}  // namespace

std::vector<Spring> find_springs(const Eigen::Matrix3Xd& positions, double cutoff) {
  std::vector<Spring> springs;
  const NeighbourSearch search(positions, cutoff);
  for (Eigen::Index i = 0; i < positions.cols(); ++i) {
    const std::size_t begin = springs.size();
    search.for_each_neighbour(i, [&](std::int32_t j, const Eigen::Vector3d&) {
      if (j > i) springs.push_back({static_cast<std::int32_t>(i), j});
    });
    std::sort(springs.begin() + static_cast<std::ptrdiff_t>(begin), springs.end(),
              [](const Spring& a, const Spring& b) { return a.second < b.second; });
  }
  return springs;
}

void require_one_piece(const Structure& structure, const std::vector<std::int32_t>& pieces, double cutoff) {
  const int count = pieces.empty() ? 0 : 1 + *std::ranges::max_element(pieces);
  if (count <= 1) return;
  constexpr int named = 8;
  std::string text =
      fmt::format("the elastic network falls into {} pieces at a cut-off of {:g} Å:", count, cutoff);
  for (int piece = 0; piece < std::min(count, named); ++piece) {
    const auto first = std::ranges::find(pieces, piece);
    const auto last = std::find(pieces.rbegin(), pieces.rend(), piece);
    text += fmt::format("\n  {} atoms from {} to {}", std::ranges::count(pieces, piece),
                        atom_label(structure.atoms[static_cast<std::size_t>(first - pieces.begin())]),
                        atom_label(structure.atoms[static_cast<std::size_t>(pieces.rend() - last - 1)]));
  }
  if (count > named) text += fmt::format("\n  and {} more", count - named);
  const double join = std::ceil(10 * joining_distance(structure, pieces, count, cutoff) + 0.5) / 10;
  throw Error(fmt::format(
      "{}\nEach piece moves freely, which is not an elastic mode. Use a larger --cutoff (every piece touches "
      "another from {:.1f} Å on) or select one piece with --chain.",
      text, join));
}

std::string loose_nodes_text(const Structure& structure, const std::vector<std::int64_t>& nodes,
                             const std::string& kind, std::int64_t total, double cutoff) {
  constexpr std::size_t named = 8;
  std::string text = fmt::format(
      "{} of {} {} are not held in every direction by their springs at a cut-off of {:g} Å:", nodes.size(),
      total, kind, cutoff);
  for (std::size_t i = 0; i < std::min(nodes.size(), named); ++i)
    text += (i == 0 ? " " : ", ") + atom_label(structure.atoms[static_cast<std::size_t>(nodes[i])]);
  return text + (nodes.size() > named ? " and others." : ".");
}

}  // namespace elastem
