#include "reconstruction/half_correlation.hpp"

#include <algorithm>
#include <cstddef>

#include "core/error.hpp"

namespace elastem {

std::vector<double> corrected_correlation(const std::vector<double>& masked,
                                          const std::vector<double>& randomised, int from) {
  require(masked.size() == randomised.size() && from >= 0, "two curves of the same shells");
  std::vector<double> corrected = masked;
  for (auto shell = static_cast<std::size_t>(from); shell < masked.size(); ++shell) {
    const double nothing = randomised[shell];
    corrected[shell] = nothing < 1 ? std::min((masked[shell] - nothing) / (1 - nothing), 1.0) : 0;
  }
  return corrected;
}

}  // namespace elastem
