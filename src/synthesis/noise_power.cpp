#include "synthesis/noise_power.hpp"

#include <algorithm>
#include <string>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

NoiseSpectrum noise_of_shells(const Eigen::Matrix2Xd& table, ImageGrid grid) {
  const auto frequency = table.row(0), power = table.row(1);
  const Eigen::Index points = table.cols();
  const auto refuse = [&](Eigen::Index i, const std::string& what) {
    throw Error(fmt::format("--noise-spectrum: point {} ({:g} 1/Å, power {:g}): {}", i + 1, frequency[i],
                            power[i], what));
  };
  for (Eigen::Index i = 0; i < points; ++i) {
    if (!(frequency[i] >= 0)) refuse(i, "a spatial frequency is at least 0");
    if (!(power[i] >= 0)) refuse(i, "a power is at least 0");
    if (i > 0 && !(frequency[i] > frequency[i - 1])) refuse(i, "the frequencies must ascend from row to row");
  }
  NoiseSpectrum shells;
  Eigen::Index right = 0;  // the first point beyond the shell
  for (int r = 0; r <= grid.size / 2; ++r) {
    const double k = r / (grid.size * grid.pixel_size);
    while (right < points && frequency[right] <= k) ++right;
    if (right == 0 || right == points) {
      shells.push_back(power[std::min(right, points - 1)]);
      continue;
    }
    const double along = (k - frequency[right - 1]) / (frequency[right] - frequency[right - 1]);
    shells.push_back((1 - along) * power[right - 1] + along * power[right]);
  }
  if (std::ranges::none_of(shells, [](double value) { return value > 0; }))
    throw Error("--noise-spectrum: no shell of the image has any noise");
  return shells;
}

}  // namespace elastem
