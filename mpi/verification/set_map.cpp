#include "mpi/verification/set_map.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/reconstruction/half_maps.hpp"
#include "mpi/reconstruction/map_file.hpp"
#include "reconstruction/half_volume.hpp"
#include "reconstruction/shell_correlation.hpp"
#include "reconstruction/voxels_near.hpp"

namespace elastem {
namespace {

constexpr double regularisation = 1e-3;
constexpr double most_cells = 96, least_cells = 4;  // of the images' grid
constexpr double surroundings = 0.45;               // of the box: radius within which they lie
constexpr double correlated = 0.143;

// The transforms of the maps of two halves of the particles, under the envelope of insertion. Collective.
std::vector<MapVolume> half_maps(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                                 double max_radius, bool show_progress) {
  const Range rows = poses.match.rows;
  const RowShares shares = halved({rows.first, rows.count, 1}, halves_of(comm, set, rows));
  std::vector<MapVolume> halves;
  for (int half = 0; half < 2; ++half) halves.emplace_back(comm, set.grid.size);
  const InsertionCounts counts = insert_images(comm, set, poses, shares, max_radius, halves, show_progress);
  for (std::size_t half = 0; half < halves.size(); ++half) {
    if (counts.shares[half] == 0)
      throw Error(
          fmt::format("no particle of half {} has a pose and a readable image: there is no map", half + 1));
    halves[half].slab.divide({regularisation, counts.shares[half]}, max_radius);
  }
  return halves;
}

// 1 near the atoms, 0 away from them, on this rank's planes of the box: planes of S² values, those outside
// the box stay empty.
class NearAtoms {
 public:
  NearAtoms(const SlabFft& fft, ImageGrid grid, const Eigen::Matrix3Xd& atoms)
      : size_(grid.size),
        side_(fft.side()),
        first_(fft.first_plane()),
        planes_(fft.plane_count()),
        values_(static_cast<std::size_t>(fft.plane_count()) * static_cast<std::size_t>(size_ * size_), 0.0F) {
    for (Eigen::Index a = 0; a < atoms.cols(); ++a) mark(atoms.col(a), grid);
  }

  // Section of the box, from −S/2, that a plane is; none: one of the padding.
  std::optional<int> section(int plane) const {
    const int z = first_ + plane <= side_ / 2 ? first_ + plane : first_ + plane - side_;
    return z >= -(size_ / 2) && z < size_ - size_ / 2 ? std::optional(z) : std::nullopt;
  }
  float at(int plane, int y, int x) const { return values_[place(plane, y, x)]; }

 private:
  std::size_t place(int plane, int y, int x) const {
    return (static_cast<std::size_t>(plane) * static_cast<std::size_t>(size_) +
            static_cast<std::size_t>(y + size_ / 2)) *
               static_cast<std::size_t>(size_) +
           static_cast<std::size_t>(x + size_ / 2);
  }

  // The plane of this rank that a section of the box is; negative or beyond the last: another rank's.
  int plane_of(int z) const { return (z + side_) % side_ - first_; }
  void mark(const Eigen::Vector3d& atom, ImageGrid grid) {
    for_each_voxel_near(
        atom, grid, [&](int z) { return plane_of(z) >= 0 && plane_of(z) < planes_; },
        [&](int x, int y, int z, double square) {
          float& value = values_[place(plane_of(z), y, x)];
          if (value < 1) value = std::max(value, static_cast<float>(molecule_softness(std::sqrt(square))));
        });
  }

  int size_, side_, first_, planes_;
  std::vector<float> values_;
};

// Calls use(voxel, x, y, z) for the voxels of this rank that lie in the box.
template <class Use>
void for_each_voxel(SlabFft& fft, int size, const NearAtoms& near, const Use& use) {
  for (int plane = 0; plane < fft.plane_count(); ++plane) {
    const std::optional<int> z = near.section(plane);
    if (!z) continue;
    for (int y = -(size / 2); y < size - size / 2; ++y)
      for (int x = -(size / 2); x < size - size / 2; ++x) use(fft.voxel(plane, y, x), plane, x, y, *z);
  }
}

// From the transform of a map under the envelope of insertion to that of what lies near the atoms, less the
// mean around them, without it. Collective.
void mask_map(const Communicator& comm, SlabFft& fft, ImageGrid grid, const NearAtoms& near) {
  const int side = fft.side();
  const double furthest = surroundings * grid.size, scale = 1 / (static_cast<double>(side) * side * side);
  fft.backward();
  std::array<double, 2> around{};
  for_each_voxel(fft, grid.size, near, [&](double& voxel, int plane, int x, int y, int z) {
    voxel *= scale / trilinear_envelope(x, y, z, side);
    if (near.at(plane, y, x) > 0 || x * x + y * y + z * z > furthest * furthest) return;
    around[0] += voxel;
    around[1] += 1;
  });
  comm.sum(around);
  const double mean = around[1] > 0 ? around[0] / around[1] : 0;
  std::vector<double> masked(fft.volume().size(), 0.0);
  for_each_voxel(fft, grid.size, near, [&](double& voxel, int plane, int x, int y, int) {
    masked[static_cast<std::size_t>(&voxel - fft.volume().data())] = (voxel - mean) * near.at(plane, y, x);
  });
  std::ranges::copy(masked, fft.volume().begin());
  fft.forward();
}

// The mean of the halves, each shell weighted by 2·FSC/(1 + FSC), the share of the mean's power that is
// signal, up to `radius` cells.
void join_halves(SlabFft& sum, SlabFft& other, const std::vector<double>& correlation, double radius) {
  const auto terms = sum.spectrum(), added = other.spectrum();
  for_each_term(sum.side(), sum.first_plane(), terms.size(), [&](std::size_t i, int x, int y, int z) {
    const std::size_t shell = std::min(shell_of_term(x, y, z), correlation.size() - 1);
    const double agreement =
        radius_of_term(x, y, z) <= oversampling * radius ? std::max(correlation[shell], 0.0) : 0.0;
    terms[i] = (terms[i] + added[i]) * (agreement / (1 + agreement));
  });
}

}  // namespace

SetMap map_of_set(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                  const Eigen::Matrix3Xd& atoms, const std::string& path, bool show_progress) {
  const ImageGrid grid = set.grid;
  const double box = grid.size * grid.pixel_size, largest = std::min(most_cells, grid.size / 2.0 - 0.5);
  std::vector<MapVolume> halves = half_maps(comm, set, poses, largest, show_progress);
  SlabFft& fft = halves.front().fft;
  const NearAtoms near(fft, grid, atoms);
  for (MapVolume& half : halves) mask_map(comm, half.fft, grid, near);
  const std::vector<double> correlation = correlation_of(comm, fft, halves.back().fft);
  const double resolution = resolution_at(correlation, correlated, fft.side(), grid.pixel_size);
  const double radius = std::clamp(box / resolution, least_cells, largest);
  join_halves(fft, halves.back().fft, correlation, radius);
  halves.pop_back();
  fft.backward();
  const int side = fft.side();
  for_each_voxel(fft, grid.size, near, [&](double& voxel, int, int x, int y, int z) {
    voxel *= trilinear_envelope(x, y, z, side);
  });
  write_map(comm, path, grid, 0, fft);
  for_each_voxel(fft, grid.size, near, [&](double& voxel, int, int x, int y, int z) {
    const double envelope = trilinear_envelope(x, y, z, side);
    voxel /= envelope * envelope;
  });
  fft.forward();
  SetMap made{CentralSlices(grid.size, radius), box / radius};
  made.slices.take_planes(fft.first_plane(), fft.spectrum(), 1 / (static_cast<double>(side) * side * side));
  comm.sum(made.slices.numbers());
  return made;
}

}  // namespace elastem
