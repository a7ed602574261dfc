#include "reconstruction/regularisation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "core/error.hpp"
#include "reconstruction/fourier_slab.hpp"
#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

constexpr double largest_correlation = 1 - 1e-3;

// What the correlation of nothing scatters by: a shell has 2πs² pairs of mates.
double scatter_of_shell(std::size_t shell) {
  return 1 / (std::sqrt(2 * std::numbers::pi) * static_cast<double>(shell));
}

}  // namespace

Regularisation::Regularisation(const std::vector<double>& correlation, std::vector<double> mean_weights)
    : means_(std::move(mean_weights)) {
  require(!correlation.empty() && correlation.size() == means_.size(), "weights of the curve's shells");
  for (std::size_t shell = 0; shell < correlation.size(); ++shell) {
    const double fsc = shell == 0
                           ? largest_correlation
                           : std::clamp(correlation[shell], scatter_of_shell(shell), largest_correlation);
    added_.push_back(means_[shell] * (1 - fsc) / (2 * fsc));
    filter_.push_back(2 * fsc / (1 + fsc));
  }
}

double Regularisation::gain(double radius, double weight) const {
  if (added_.empty()) {
    const double divisor = weight + share_ / (8 * std::max(radius, 1.0));
    return divisor > 0 ? 1 / divisor : 0;
  }
  const double place = std::min(radius / oversampling, static_cast<double>(added_.size() - 1));
  const auto low = static_cast<std::size_t>(place), high = std::min(low + 1, added_.size() - 1);
  const auto at = [&, share = place - static_cast<double>(low)](const std::vector<double>& shells) {
    return shells[low] + share * (shells[high] - shells[low]);
  };
  const double mean = at(means_), added = at(added_);
  return mean > 0 ? (mean + added) / (mean * (weight + added)) : 0;
}

WeightSums::WeightSums(int size)
    : weights(static_cast<std::size_t>(size / 2 + 1), 0.0), terms(weights.size(), 0.0) {}

std::vector<double> WeightSums::means() const {
  std::vector<double> values;
  for (std::size_t shell = 0; shell < weights.size(); ++shell)
    values.push_back(terms[shell] > 0 ? weights[shell] / terms[shell] : 0);
  return values;
}

void add_weights(WeightSums& sums, int side, int first, std::span<const double> weights) {
  for_each_term(side, first, weights.size(), [&](std::size_t i, int x, int y, int z) {
    const auto shell = static_cast<std::size_t>(std::lround(radius_of_term(x, y, z) / oversampling));
    if (shell >= sums.weights.size()) return;
    sums.weights[shell] += weights[i];
    sums.terms[shell] += 1;
  });
}

}  // namespace elastem
