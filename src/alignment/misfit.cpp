#include "alignment/misfit.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/median.hpp"

namespace elastem {

namespace {

constexpr double enough_freedom = 1600;  // in the window: the ratio is known to 5 %

}  // namespace

std::vector<double> Misfit::on_half_grid(ImageGrid grid) const {
  const int size = grid.size;
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(size) * static_cast<std::size_t>(size / 2 + 1));
  const double scale = box / (size * grid.pixel_size);
  for (int row = 0; row < size; ++row) {
    const int ky = row <= size / 2 ? row : row - size;
    for (int kx = 0; kx <= size / 2; ++kx) {
      if (factor.empty()) {
        values.push_back(1);
        continue;
      }
      const double shell = std::min(scale * std::hypot(kx, ky), static_cast<double>(factor.size() - 1));
      const auto below = static_cast<std::size_t>(shell), above = std::min(below + 1, factor.size() - 1);
      const double share = shell - static_cast<double>(below);
      values.push_back((1 - share) * factor[below] + share * factor[above]);
    }
  }
  return values;
}

Misfit misfit_of_residuals(std::span<const Residual> residuals, double box) {
  require(!residuals.empty() && box > 0, "residuals of images of a size");
  const auto shells = static_cast<std::ptrdiff_t>(residuals.front().power.size());
  std::vector<double> under, overall, freedom;
  for (std::size_t r = 0; r < static_cast<std::size_t>(shells); ++r) {
    std::vector<double> of_under, of_all;
    freedom.push_back(0);
    for (const Residual& residual : residuals) {
      of_under.push_back(residual.under[r]);
      of_all.push_back(residual.overall[r]);
      freedom.back() += residual.window_freedom[r];
    }
    under.push_back(median(std::move(of_under)) * freedom.back());
    overall.push_back(median(std::move(of_all)) * freedom.back());
  }
  Misfit misfit{box, std::vector<double>(static_cast<std::size_t>(shells), 1.0), 0};
  for (std::ptrdiff_t r = 0; r < shells; ++r) {
    double sum_under = 0, sum_overall = 0, known = 0;
    for (std::ptrdiff_t reach = 0; reach < shells && known < enough_freedom; ++reach) {
      sum_under = sum_overall = known = 0;
      for (std::ptrdiff_t s = std::max<std::ptrdiff_t>(1, r - reach); s <= std::min(shells - 1, r + reach);
           ++s) {
        sum_under += under[static_cast<std::size_t>(s)];
        sum_overall += overall[static_cast<std::size_t>(s)];
        known += freedom[static_cast<std::size_t>(s)];
      }
    }
    if (!(sum_overall > 0)) continue;
    const double error = 2 / std::sqrt(std::max(known, 1.0));  // of the ratio of two powers, relative
    misfit.factor[static_cast<std::size_t>(r)] = std::max(1.0, sum_under / sum_overall * (1 - error));
  }
  double all = 0, of_noise = 0;
  for (const Residual& residual : residuals)
    for (std::size_t r = 0; r < misfit.factor.size(); ++r) {
      all += residual.taken[r];
      of_noise += residual.taken[r] / misfit.factor[r];
    }
  if (all > 0) misfit.share = 1 - of_noise / all;
  return misfit;
}

}  // namespace elastem
