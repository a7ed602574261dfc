#include "reconstruction/shell_correlation.hpp"

#include <cmath>
#include <cstddef>

#include "core/error.hpp"
#include "reconstruction/half_volume.hpp"

namespace elastem {

ShellSums::ShellSums(int side_of_volume)
    : side(side_of_volume),
      product(static_cast<std::size_t>(side_of_volume / 2 + 1)),
      first_power(product.size()),
      second_power(product.size()) {}

void add_planes(ShellSums& sums, int first_plane, std::span<const std::complex<double>> first,
                std::span<const std::complex<double>> second, Counting counting) {
  const int side = sums.side;
  const auto plane_size = static_cast<std::size_t>(side) * static_cast<std::size_t>(side / 2 + 1);
  require(first.size() == second.size() && first.size() % plane_size == 0, "planes of two equal volumes");
  for_each_term(side, first_plane, first.size(), [&](std::size_t i, int x, int y, int z) {
    const std::size_t shell = shell_of_term(x, y, z);
    if (shell >= sums.product.size()) return;
    const double times = counting == Counting::as_stored || x == 0 || 2 * x == side ? 1 : 2;
    sums.product[shell] += times * (first[i] * std::conj(second[i])).real();
    sums.first_power[shell] += times * std::norm(first[i]);
    sums.second_power[shell] += times * std::norm(second[i]);
  });
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
