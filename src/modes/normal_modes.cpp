#include "modes/normal_modes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace elastem {

double collectivity(const Eigen::VectorXd& vector) {
  const Eigen::Index nodes = vector.size() / 3;
  const double total = vector.squaredNorm();
  require(vector.size() == 3 * nodes && total > 0, "a mode vector has 3N entries, not all zero");
  double entropy = 0;
  for (Eigen::Index i = 0; i < nodes; ++i)
    if (const double share = vector.segment<3>(3 * i).squaredNorm() / total; share > 0)
      entropy -= share * std::log(share);
  return std::exp(entropy) / static_cast<double>(nodes);
}

Eigen::VectorXd mode_scores(const Eigen::VectorXd& collectivities) {
  const Eigen::Index count = collectivities.size();
  std::vector<Eigen::Index> by_collectivity(static_cast<std::size_t>(count));
  std::iota(by_collectivity.begin(), by_collectivity.end(), 0);
  std::ranges::stable_sort(by_collectivity, std::greater(),
                           [&](Eigen::Index k) { return collectivities(k); });
  Eigen::VectorXd scores(count);
  for (Eigen::Index rank = 0; rank < count; ++rank) {
    const Eigen::Index order = by_collectivity[static_cast<std::size_t>(rank)];
    scores(order) = static_cast<double>((order + 1) + (rank + 1)) / static_cast<double>(2 * count);
  }
  return scores;
}

}  // namespace elastem
