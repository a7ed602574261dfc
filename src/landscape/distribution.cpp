#include "landscape/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace elastem {
namespace {

// The weights of a Gaussian at bin offsets −reach … reach, summing to 1.
Eigen::ArrayXd kernel(double sigma_bins) {
  const int reach = static_cast<int>(std::ceil(4 * sigma_bins));
  Eigen::ArrayXd weights(2 * reach + 1);
  for (int i = -reach; i <= reach; ++i)
    weights[i + reach] = sigma_bins > 0 ? std::exp(-0.5 * std::pow(i / sigma_bins, 2)) : 1.0;
  return weights / weights.sum();
}

// Every column convolved with the kernel; nothing lies beyond the grid.
Eigen::ArrayXXd smoothed_columns(const Eigen::ArrayXXd& values, double sigma_bins) {
  const Eigen::ArrayXd weights = kernel(sigma_bins);
  const Eigen::Index reach = weights.size() / 2, n = values.rows();
  Eigen::ArrayXXd answer = Eigen::ArrayXXd::Zero(n, values.cols());
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index from = std::max<Eigen::Index>(0, i - reach); from <= std::min(n - 1, i + reach); ++from)
      answer.row(i) += weights[from - i + reach] * values.row(from);
  return answer;
}

}  // namespace

Histogram::Histogram(double low, double high) : low_(low), high_(high), counts_(bins, 0) {
  require(high > low, "a range");
}

void Histogram::add(double value) {
  const double position = (value - low_) / (high_ - low_) * bins;
  ++counts_[static_cast<std::size_t>(std::clamp(position, 0.0, bins - 1.0))];
}

std::int64_t Histogram::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

double Histogram::quantile(double share) const {
  const double wanted = share * static_cast<double>(total());
  require(total() > 0, "an entry");
  double below = 0, last = low_;
  for (int bin = 0; bin < bins; ++bin) {
    const auto here = static_cast<double>(counts_[static_cast<std::size_t>(bin)]);
    if (here == 0) continue;
    const double width = (high_ - low_) / bins;
    if (below + here >= wanted) return low_ + width * (bin + (wanted - below) / here);
    below += here;
    last = low_ + width * (bin + 1);
  }
  return last;
}

DensityGrid::DensityGrid(GridAxis x, GridAxis y)
    : x_(x), y_(y), counts_(static_cast<std::size_t>(bins) * bins, 0) {
  require(x.high > x.low && y.high > y.low, "a grid with an area");
}

void DensityGrid::add(double x, double y) {
  const double i = std::floor((x - x_.low) / x_.step(bins)), j = std::floor((y - y_.low) / y_.step(bins));
  if (!(i >= 0 && i < bins && j >= 0 && j < bins)) return;
  ++counts_[static_cast<std::size_t>(j) * bins + static_cast<std::size_t>(i)];
}

Eigen::ArrayXXd DensityGrid::density(double bandwidth_x, double bandwidth_y) const {
  const Eigen::ArrayXXd values =
      Eigen::Map<const Eigen::Array<std::int64_t, Eigen::Dynamic, Eigen::Dynamic>>(counts_.data(), bins, bins)
          .cast<double>();
  const Eigen::ArrayXXd along_x = smoothed_columns(values, bandwidth_x / x_.step(bins));
  const Eigen::ArrayXXd along_both =
      smoothed_columns(along_x.transpose(), bandwidth_y / y_.step(bins)).transpose();
  return along_both / (x_.step(bins) * y_.step(bins));
}

double scott_bandwidth(double sd, std::int64_t count) {
  require(count > 0, "a particle");
  return sd * std::pow(static_cast<double>(count), -1.0 / 6.0);
}

Eigen::ArrayXXd free_energy(const Eigen::ArrayXXd& density, double ceiling) {
  const double greatest = density.maxCoeff();
  require(greatest > 0, "a density that is somewhere positive");
  return (-(density / greatest).max(std::exp(-ceiling)).log()).max(0.0);
}

}  // namespace elastem
