#include "reconstruction/shell_correlation.hpp"

#include <cmath>
#include <cstddef>

#include "core/error.hpp"

namespace elastem {

ShellSums::ShellSums(int side_of_volume)
    : side(side_of_volume),
      product(static_cast<std::size_t>(side_of_volume / 2 + 1)),
      first_power(product.size()),
      second_power(product.size()) {}

void add_planes(ShellSums& sums, int first_plane, std::span<const std::complex<double>> first,
                std::span<const std::complex<double>> second) {
  const int side = sums.side, columns = side / 2 + 1;
  const auto plane_size = static_cast<std::size_t>(side) * static_cast<std::size_t>(columns);
  require(first.size() == second.size() && first.size() % plane_size == 0, "planes of two equal volumes");
  const auto centred = [side](int index) { return index <= side / 2 ? index : index - side; };
  std::size_t term = 0;
  for (int plane = 0; term < first.size(); ++plane) {
    const int z = centred(first_plane + plane);
    for (int row = 0; row < side; ++row) {
      const int y = centred(row);
      for (int x = 0; x < columns; ++x, ++term) {
        const auto shell = static_cast<std::size_t>(std::lround(
            std::sqrt(static_cast<double>(x) * x + static_cast<double>(y) * y + static_cast<double>(z) * z)));
        if (shell >= sums.product.size()) continue;
        const double times = x == 0 || 2 * x == side ? 1 : 2;
        sums.product[shell] += times * (first[term] * std::conj(second[term])).real();
        sums.first_power[shell] += times * std::norm(first[term]);
        sums.second_power[shell] += times * std::norm(second[term]);
      }
    }
  }
}

std::vector<double> shell_correlation(const ShellSums& sums) {
  std::vector<double> correlation(sums.product.size(), 0.0);
  for (std::size_t shell = 0; shell < correlation.size(); ++shell) {
    const double power = sums.first_power[shell] * sums.second_power[shell];
    if (power > 0) correlation[shell] = sums.product[shell] / std::sqrt(power);
  }
  return correlation;
}

double resolution_at(const std::vector<double>& correlation, double threshold, int side, double pixel_size) {
  for (std::size_t shell = 1; shell < correlation.size(); ++shell) {
    if (correlation[shell] >= threshold) continue;
    double crossing = static_cast<double>(shell);
    if (shell > 1)
      crossing -= (threshold - correlation[shell]) / (correlation[shell - 1] - correlation[shell]);
    return side * pixel_size / crossing;
  }
  return 2 * pixel_size;
}

}  // namespace elastem
