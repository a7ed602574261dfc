#include "structure/gaussian_sum.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "core/error.hpp"

namespace elastem {

namespace {

constexpr double cut = 4;  // σ
constexpr int lanes = 8;   // sums in as many parts as a vector register has floats, in a fixed order
constexpr double two_to_32 = 4294967296.0;
constexpr double largest_share = 1 << 20;  // of one plane in a sum: 2²⁰⁺³² of 2⁶³ leave room for 2¹¹ planes

std::int64_t fixed(double value) {
  return std::llround(std::clamp(value, -largest_share, largest_share) * two_to_32);
}

double floating(std::int64_t value) {
  return static_cast<double>(value) / two_to_32;
}

// exp(−d²/(2σ²)) at `count` integers from `first`, d their distance from `centre`.
void fill_profile(std::vector<float>& values, std::vector<float>& distances, std::int64_t first,
                  std::int64_t count, double centre, double sigma) {
  values.resize(static_cast<std::size_t>(count));
  distances.resize(static_cast<std::size_t>(count));
  const auto scale = static_cast<float>(-0.5 / (sigma * sigma));
  for (std::int64_t i = 0; i < count; ++i) {
    const auto d = static_cast<float>(static_cast<double>(first + i) - centre);
    distances[static_cast<std::size_t>(i)] = d;
    values[static_cast<std::size_t>(i)] = std::exp(scale * d * d);
  }
}

}  // namespace

// Where a Gaussian's footprint lies in this slab, and its profiles along the axes.
struct GaussianSum::Footprint {
  std::array<std::int64_t, 3> first{}, count{};
  std::array<std::vector<float>, 3> value, distance;
};

GaussianSum::GaussianSum(const DensitySlab& slab, double sigma, double unit, SumOverRanks sum)
    : slab_(&slab),
      sigma_(sigma),
      unit_(unit),
      sum_(std::move(sum)),
      reach_(static_cast<std::int64_t>(std::ceil(cut * sigma))),
      width_((2 * reach_ + lanes - 1) / lanes * lanes),
      stride_(slab.size[0] + width_),
      residual_(static_cast<std::size_t>(slab.planes * slab.size[1] * stride_)) {
  require(sigma > 0 && unit > 0, "a width and a unit");
  require(static_cast<std::int64_t>(slab.values.size()) == slab.planes * slab.size[0] * slab.size[1],
          "the slab has all its voxels");
  voxels_ = std::count_if(slab.values.begin(), slab.values.end(), [](float v) { return v > 0; });
  sum_(std::span(&voxels_, 1));
  require(voxels_ > 0, "there is something to describe");
}

float* GaussianSum::row(std::int64_t plane, std::int64_t y) {
  return residual_.data() + (plane * slab_->size[1] + y) * stride_ + width_ / 2;
}

const float* GaussianSum::row(std::int64_t plane, std::int64_t y) const {
  return residual_.data() + (plane * slab_->size[1] + y) * stride_ + width_ / 2;
}

bool GaussianSum::place(const Gaussians& gaussians, Eigen::Index a, Footprint& f) const {
  const double z = gaussians(2, a), y = gaussians(1, a), x = gaussians(0, a);
  const auto range = [&](std::size_t axis, double centre, std::int64_t low, std::int64_t high) {
    const double reach = cut * sigma_;
    f.first[axis] = std::max(low, static_cast<std::int64_t>(std::ceil(centre - reach)));
    f.count[axis] =
        std::min(high - 1, static_cast<std::int64_t>(std::floor(centre + reach))) - f.first[axis] + 1;
    return f.count[axis] > 0;
  };
  if (!range(2, z, slab_->first_plane, slab_->first_plane + slab_->planes)) return false;
  if (!range(1, y, 0, slab_->size[1])) return false;
  f.first[0] = static_cast<std::int64_t>(std::floor(x)) - width_ / 2 + 1;
  f.count[0] = width_;
  for (std::size_t axis = 0; axis < 3; ++axis)
    fill_profile(f.value[axis], f.distance[axis], f.first[axis], f.count[axis],
                 gaussians(static_cast<Eigen::Index>(axis), a), sigma_);
  return true;
}

void GaussianSum::add(const Gaussians& gaussians) {
  std::fill(residual_.begin(), residual_.end(), 0.0F);
  Footprint f;
  for (Eigen::Index a = 0; a < gaussians.cols(); ++a) {
    if (!place(gaussians, a, f)) continue;
    const auto height = static_cast<float>(gaussians(3, a));
    for (std::int64_t k = 0; k < f.count[2]; ++k)
      for (std::int64_t j = 0; j < f.count[1]; ++j) {
        const float line =
            height * f.value[2][static_cast<std::size_t>(k)] * f.value[1][static_cast<std::size_t>(j)];
        float* to = row(f.first[2] + k - slab_->first_plane, f.first[1] + j) + f.first[0];
        const float* profile = f.value[0].data();
        for (std::int64_t i = 0; i < width_; ++i) to[i] += line * profile[i];
      }
  }
}

std::array<std::int64_t, 2> GaussianSum::subtract_map() {
  const auto scale = static_cast<float>(1 / unit_);
  const float* value = slab_->values.data();
  std::array<std::int64_t, 2> sums{};
  for (std::int64_t plane = 0; plane < slab_->planes; ++plane) {
    double squares = 0, absolute = 0;
    for (std::int64_t y = 0; y < slab_->size[1]; ++y, value += slab_->size[0]) {
      float* r = row(plane, y);
      std::fill(r - width_ / 2, r, 0.0F);
      std::fill(r + slab_->size[0], r + slab_->size[0] + width_ / 2, 0.0F);
      for (std::int64_t x = 0; x < slab_->size[0]; ++x) {
        r[x] = value[x] > 0 ? r[x] - value[x] * scale : 0.0F;
        squares += static_cast<double>(r[x]) * static_cast<double>(r[x]);
        absolute += std::abs(static_cast<double>(r[x]));
      }
    }
    sums[0] += fixed(squares);
    sums[1] += fixed(absolute);
  }
  return sums;
}

// Adds Σ r ∂ρ'/∂(x, y, z, height) over the planes of this slab, each plane as a whole number.
void GaussianSum::gather(const Gaussians& gaussians, Eigen::Index a, Footprint& f, std::int64_t* sums) const {
  if (!place(gaussians, a, f)) return;
  const double slope = gaussians(3, a) / (sigma_ * sigma_);
  for (std::int64_t k = 0; k < f.count[2]; ++k) {
    std::array<double, 3> plane{};  // Σ r g, Σ r g dx, Σ r g dy over the plane
    for (std::int64_t j = 0; j < f.count[1]; ++j) {
      const float* r = row(f.first[2] + k - slab_->first_plane, f.first[1] + j) + f.first[0];
      std::array<float, lanes> sum{}, moment{};
      for (std::int64_t i = 0; i < width_; i += lanes)
        for (int lane = 0; lane < lanes; ++lane) {
          const auto at = static_cast<std::size_t>(i + lane);
          const float product = r[at] * f.value[0][at];
          sum[static_cast<std::size_t>(lane)] += product;
          moment[static_cast<std::size_t>(lane)] += product * f.distance[0][at];
        }
      double line = 0, line_moment = 0;
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        line += static_cast<double>(sum[lane]);
        line_moment += static_cast<double>(moment[lane]);
      }
      const auto at = static_cast<std::size_t>(j);
      const auto profile = static_cast<double>(f.value[1][at]);
      plane[0] += profile * line;
      plane[1] += profile * line_moment;
      plane[2] += profile * static_cast<double>(f.distance[1][at]) * line;
    }
    const auto at = static_cast<std::size_t>(k);
    const auto profile = static_cast<double>(f.value[2][at]);
    sums[0] += fixed(2 * slope * profile * plane[1]);
    sums[1] += fixed(2 * slope * profile * plane[2]);
    sums[2] += fixed(2 * slope * profile * static_cast<double>(f.distance[2][at]) * plane[0]);
    sums[3] += fixed(2 * profile * plane[0]);
  }
}

double GaussianSum::squares(const Gaussians& gaussians, Gaussians& gradient) {
  const auto count = static_cast<std::size_t>(gaussians.size());
  std::vector<std::int64_t> sums(count + 2, 0);
  add(gaussians);
  const auto differences = subtract_map();
  std::copy(differences.begin(), differences.end(), sums.begin() + static_cast<std::ptrdiff_t>(count));
  Footprint f;
  for (Eigen::Index a = 0; a < gaussians.cols(); ++a) gather(gaussians, a, f, sums.data() + 4 * a);
  sum_(sums);
  gradient.resize(4, gaussians.cols());
  for (std::size_t i = 0; i < count; ++i) gradient.data()[i] = floating(sums[i]);
  mean_difference_ = floating(sums[count + 1]) / static_cast<double>(voxels_);
  return floating(sums[count]);
}

std::vector<LackingCell> GaussianSum::lacking_cells(std::int64_t side, double least) {
  const auto [columns, rows, planes] = slab_->size;
  const std::int64_t across = (columns + side - 1) / side, layers = (planes + side - 1) / side;
  require(slab_->first_plane % side == 0 &&
              (slab_->planes % side == 0 || slab_->first_plane + slab_->planes == planes),
          "a slab consists of whole layers of cells");
  struct Cell {
    double sum = 0;
    float largest = 0;
    std::int64_t voxel = 0;
  };
  std::vector<std::int64_t> counts(static_cast<std::size_t>(layers), 0);
  std::vector<std::int64_t> found;  // voxel and lack, by turns
  const auto volume = static_cast<double>(side * side * side);
  std::vector<Cell> cells(static_cast<std::size_t>(across));
  for (std::int64_t z0 = 0; z0 < slab_->planes; z0 += side)
    for (std::int64_t y0 = 0; y0 < rows; y0 += side) {
      std::fill(cells.begin(), cells.end(), Cell{});
      for (std::int64_t z = z0; z < std::min(z0 + side, slab_->planes); ++z)
        for (std::int64_t y = y0; y < std::min(y0 + side, rows); ++y)
          for (std::int64_t x = 0; x < columns; ++x) {
            Cell& cell = cells[static_cast<std::size_t>(x / side)];
            const float lack = -row(z, y)[x];
            cell.sum += static_cast<double>(lack);
            if (lack <= cell.largest) continue;
            cell.largest = lack;
            cell.voxel = ((slab_->first_plane + z) * rows + y) * columns + x;
          }
      for (const Cell& cell : cells) {
        if (cell.sum / volume <= least) continue;
        ++counts[static_cast<std::size_t>((slab_->first_plane + z0) / side)];
        found.insert(found.end(), {cell.voxel, fixed(cell.sum / volume)});
      }
    }
  return gathered(std::move(counts), found, side);
}

// The cells of all slabs, which know by the number of cells in each layer where theirs stand in the list.
std::vector<LackingCell> GaussianSum::gathered(std::vector<std::int64_t> counts,
                                               const std::vector<std::int64_t>& found,
                                               std::int64_t side) const {
  sum_(counts);
  std::int64_t all = 0, before = 0;
  for (std::size_t layer = 0; layer < counts.size(); ++layer) {
    if (static_cast<std::int64_t>(layer) < slab_->first_plane / side) before += counts[layer];
    all += counts[layer];
  }
  std::vector<std::int64_t> list(static_cast<std::size_t>(2 * all), 0);
  if (!found.empty()) std::copy(found.begin(), found.end(), list.begin() + 2 * before);
  sum_(list);
  std::vector<LackingCell> cells(static_cast<std::size_t>(all));
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = {list[2 * i], floating(list[2 * i + 1])};
  std::stable_sort(cells.begin(), cells.end(),
                   [](const LackingCell& a, const LackingCell& b) { return a.lack > b.lack; });
  return cells;
}

std::vector<bool> GaussianSum::inside(const Gaussians& gaussians) const {
  std::vector<std::int64_t> in(static_cast<std::size_t>(gaussians.cols()), 0);
  for (Eigen::Index a = 0; a < gaussians.cols(); ++a) {
    std::array<std::int64_t, 3> at{};
    bool here = true;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      at[axis] = std::llround(gaussians(static_cast<Eigen::Index>(axis), a));
      here = here && at[axis] >= 0 && at[axis] < slab_->size[axis];
    }
    at[2] -= slab_->first_plane;
    if (!here || at[2] < 0 || at[2] >= slab_->planes) continue;
    const std::int64_t voxel = (at[2] * slab_->size[1] + at[1]) * slab_->size[0] + at[0];
    in[static_cast<std::size_t>(a)] = slab_->values[static_cast<std::size_t>(voxel)] > 0 ? 1 : 0;
  }
  sum_(in);
  return {in.begin(), in.end()};
}

}  // namespace elastem
