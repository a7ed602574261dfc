#include "reconstruction/local_resolution.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "imaging/fourier_crop.hpp"
#include "reconstruction/fourier_slab.hpp"
#include "reconstruction/half_correlation.hpp"
#include "reconstruction/shell_correlation.hpp"

namespace elastem {
namespace {

constexpr double resolved = 0.143;
constexpr std::size_t histogram_steps = 4096;

std::size_t cubed(int side) {
  const auto s = static_cast<std::size_t>(side);
  return s * s * s;
}

std::size_t half_terms(int side) {
  const auto s = static_cast<std::size_t>(side);
  return s * s * (s / 2 + 1);
}

}  // namespace

double LocalWindow::weight(double distance) const {
  return soft_sphere(distance, radius / 2, radius);
}

LocalWindow local_window(ImageGrid grid, double radius, double step) {
  require(radius > 0 && step > 0, "a window of some size");
  LocalWindow window;
  window.radius = std::max(radius / grid.pixel_size, 1.0);
  window.step = std::max(static_cast<int>(std::lround(step / grid.pixel_size)), 1);
  window.side = smooth_size(2 * static_cast<int>(std::ceil(1.5 * window.radius)) + 1);
  return window;
}

LocalCorrelation::LocalCorrelation(LocalWindow window, double pixel_size, double random_from)
    : window_(window),
      pixel_size_(pixel_size),
      corrected_from_(static_cast<int>(std::ceil(window.side * pixel_size / random_from))),
      cube_(fftw_array<double, double>(cubed(window.side))),
      terms_(fftw_array<double, std::complex<double>>(half_terms(window.side))) {
  const int side = window.side;
  plan_.reset(fftw_plan_dft_r2c_3d(side, side, side, cube_.get(),
                                   reinterpret_cast<fftw_complex*>(terms_.get()), FFTW_ESTIMATE));
  require(plan_ != nullptr, "FFTW makes a plan");
  weights_.reserve(cubed(side));
  for (int z = 0; z < side; ++z)
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        weights_.push_back(window.weight(Eigen::Vector3d(x - side / 2, y - side / 2, z - side / 2).norm()));
}

void LocalCorrelation::transform(const VolumePart& part, const Eigen::Vector3i& centre,
                                 std::vector<std::complex<double>>& spectrum) {
  const int side = window_.side, size = part.size;
  const Eigen::Vector3i first = centre.array() + (size / 2 - side / 2);
  std::fill_n(cube_.get(), cubed(side), 0.0);
  const int from_x = std::max(0, -first.x()), to_x = std::min(side, size - first.x());
  for (int z = std::max(0, part.first - first.z()); z < side; ++z) {
    const int section = first.z() + z - part.first;
    if (section >= part.count) break;
    for (int y = std::max(0, -first.y()); y < std::min(side, size - first.y()); ++y) {
      const std::size_t to =
          (static_cast<std::size_t>(z) * static_cast<std::size_t>(side) + static_cast<std::size_t>(y)) *
          static_cast<std::size_t>(side);
      const std::size_t from = (static_cast<std::size_t>(section) * static_cast<std::size_t>(size) +
                                static_cast<std::size_t>(first.y() + y)) *
                               static_cast<std::size_t>(size);
      for (int x = from_x; x < to_x; ++x)
        cube_[to + static_cast<std::size_t>(x)] =
            weights_[to + static_cast<std::size_t>(x)] *
            static_cast<double>(part.voxels[from + static_cast<std::size_t>(first.x() + x)]);
    }
  }
  fftw_execute(plan_.get());
  spectrum.assign(terms_.get(), terms_.get() + half_terms(side));
}

std::vector<double> LocalCorrelation::correlation(const std::array<VolumePart, 2>& halves,
                                                  const Eigen::Vector3i& centre) {
  for (std::size_t half = 0; half < 2; ++half) transform(halves[half], centre, spectra_[half]);
  ShellSums sums(window_.side);
  add_planes(sums, 0, spectra_[0], spectra_[1]);
  return shell_correlation(sums);
}

double LocalCorrelation::resolution(const std::array<VolumePart, 2>& halves,
                                    const std::array<VolumePart, 2>& random, const Eigen::Vector3i& centre) {
  const std::vector<double> masked = correlation(halves, centre);
  if (corrected_from_ >= static_cast<int>(masked.size()))
    return resolution_at(masked, resolved, window_.side, pixel_size_);
  return resolution_at(corrected_correlation(masked, correlation(random, centre), corrected_from_), resolved,
                       window_.side, pixel_size_);
}

WindowLattice::WindowLattice(int size, int step)
    : step_(step), reach_(size / 2 / step), edge_(2 * reach_ + 1) {
  require(size > 0 && step > 0, "a lattice in a box");
}

Eigen::Vector3i WindowLattice::place(std::int64_t index) const {
  const auto along = [&](std::int64_t i) { return (static_cast<int>(i % edge_) - reach_) * step_; };
  return {along(index), along(index / edge_), along(index / edge_ / edge_)};
}

double WindowLattice::interpolated(const std::vector<float>& values, const Eigen::Vector3i& voxel) const {
  const Eigen::Array3d at = voxel.cast<double>().array() / step_ + reach_;
  const Eigen::Array3i low = at.floor().cast<int>();
  const Eigen::Array3d beyond = at - low.cast<double>();
  double sum = 0, weight = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const Eigen::Array3i up(corner & 1, corner >> 1 & 1, corner >> 2);
    const Eigen::Array3i place = low + up;
    if ((place < 0).any() || (place >= edge_).any()) continue;
    const double value = values[(static_cast<std::size_t>(place.z()) * static_cast<std::size_t>(edge_) +
                                 static_cast<std::size_t>(place.y())) *
                                    static_cast<std::size_t>(edge_) +
                                static_cast<std::size_t>(place.x())];
    if (value <= 0) continue;
    const double share = (up == 1).select(beyond, 1 - beyond).prod();
    sum += share * value;
    weight += share;
  }
  return weight > 0 ? sum / weight : 0;
}

ResolutionHistogram::ResolutionHistogram(double low, double high)
    : low_(low), width_((high - low) / static_cast<double>(histogram_steps)), counts_(histogram_steps, 0) {
  require(high > low, "a range of resolutions");
}

void ResolutionHistogram::add(double value) {
  const double place = std::floor((value - low_) / width_);
  ++counts_[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(histogram_steps - 1)))];
}

double ResolutionHistogram::quantile(double share) const {
  const auto total = std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
  if (total == 0) return 0;
  std::int64_t below = 0;
  std::size_t step = 0;
  for (; step + 1 < histogram_steps; ++step) {
    below += counts_[step];
    if (static_cast<double>(below) >= share * static_cast<double>(total)) break;
  }
  return low_ + (static_cast<double>(step) + 0.5) * width_;
}

}  // namespace elastem
