#include "mpi/reconstruction/map_file.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/new_file.hpp"
#include "imaging/soft_mask.hpp"
#include "maps/stack_reader.hpp"
#include "mpi/comm/exchange.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/storage/shared_new_file.hpp"
#include "mpi/storage/stack_writer.hpp"
#include "reconstruction/fourier_slab.hpp"
#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;

constexpr double same_voxel_within = 1e-3;  // of the voxel's side; a header holds floats

// At a place counted from the map's middle.
double mask_weight(int x, int y, int z, ImageGrid grid, double mask_radius) {
  if (mask_radius <= 0) return 1;
  return soft_sphere(
      std::sqrt(static_cast<double>(x) * x + static_cast<double>(y) * y + static_cast<double>(z) * z),
      mask_radius / grid.pixel_size, mask_edge);
}

// One plane of the padded volume as a section of the map: cropped, centred, freed of the kernel's envelope,
// masked.
std::vector<float> section_of(std::span<const double> plane, int row_stride, int section, ImageGrid grid,
                              double mask_radius) {
  const int size = grid.size, side = oversampling * size;
  const double scale = 1 / (static_cast<double>(side) * side * side);
  const int z = section - size / 2;
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
  for (int row = 0; row < size; ++row)
    for (int column = 0; column < size; ++column) {
      const int x = column - size / 2, y = row - size / 2;
      const auto place = static_cast<std::size_t>((y + side) % side) * static_cast<std::size_t>(row_stride) +
                         static_cast<std::size_t>((x + side) % side);
      values.push_back(static_cast<float>(plane[place] * scale / trilinear_envelope(x, y, z, side) *
                                          mask_weight(x, y, z, grid, mask_radius)));
    }
  return values;
}

// The section of the map that a plane of the padded volume is, or −1.
int section_of_plane(int plane, ImageGrid grid) {
  const int side = oversampling * grid.size;
  const int section = (plane < side / 2 ? plane : plane - side) + grid.size / 2;
  return section >= 0 && section < grid.size ? section : -1;
}

// The map that an oversampled volume holds as a volume of its own, index 0 its first voxel. Collective.
SlabFft cropped(const Communicator& comm, SlabFft& fft, ImageGrid grid) {
  SlabFft map(comm, grid.size);
  const auto plane_size = static_cast<std::size_t>(fft.side()) * static_cast<std::size_t>(fft.row_stride());
  const auto pixels = static_cast<std::size_t>(grid.size) * static_cast<std::size_t>(grid.size);
  std::vector<std::vector<float>> outgoing(static_cast<std::size_t>(comm.size()));
  for (int plane = 0; plane < fft.plane_count(); ++plane) {
    const int section = section_of_plane(fft.first_plane() + plane, grid);
    if (section < 0) continue;
    const auto values = fft.volume().subspan(static_cast<std::size_t>(plane) * plane_size, plane_size);
    const auto voxels = section_of(values, fft.row_stride(), section, grid, 0);
    auto& to = outgoing[static_cast<std::size_t>(map.owner(section))];
    to.insert(to.end(), voxels.begin(), voxels.end());
  }
  std::vector<float> all;
  std::vector<int> counts;
  for (const auto& part : outgoing) {
    counts.push_back(static_cast<int>(part.size()));
    all.insert(all.end(), part.begin(), part.end());
  }
  const std::vector<float> received = exchange<float>(comm, all, counts).values;
  std::size_t next = 0;  // ranks own ascending planes
  for (int plane = 0; plane < fft.side(); ++plane) {
    const int section = section_of_plane(plane, grid);
    if (section < 0 || map.owner(section) != comm.rank()) continue;
    for (int y = 0; y < grid.size; ++y)
      for (int x = 0; x < grid.size; ++x, ++next)
        map.voxel(section - map.first_plane(), y, x) = static_cast<double>(received[next]);
  }
  require(next == received.size() && next == static_cast<std::size_t>(map.plane_count()) * pixels,
          "the sections of this rank");
  return map;
}

// A section of the map, counted from its first, and its voxels.
struct MapSection {
  int index;
  std::vector<float> voxels;
};

// Calls append(section) for each section that this rank has, in `make`, and publishes what all made.
// Collective.
void write_new_map(const Communicator& comm, const std::string& path, ImageGrid grid,
                   const std::array<double, 3>& origin,
                   const std::function<void(const std::function<void(const MapSection&)>&)>& make) {
  MrcHeader header;
  header.columns = header.rows = header.sections = grid.size;
  header.pixel_size = grid.pixel_size;
  header.volume = true;
  header.origin = origin;
  collectively(comm, [&] {
    if (comm.root()) make_folders(fs::path(path).parent_path());
  });
  SharedNewFile file(comm, path);
  StackWriter writer = StackWriter::create(comm, file.temporary(), header);
  bool finite = true;
  collectively(comm, [&] {
    make([&](const MapSection& section) {
      finite =
          finite && std::ranges::all_of(section.voxels, [](float voxel) { return std::isfinite(voxel); });
      writer.append(section.index, section.voxels);
    });
    writer.flush();
  });
  writer.close();
  if (!comm.all(finite))
    throw Error(
        fmt::format("{} is not written: the map is not finite; are the pixels of all images and the "
                    "values of their CTFs sensible?",
                    path));
  file.publish();
}

}  // namespace

void write_map(const Communicator& comm, const std::string& path, ImageGrid grid, double mask_radius,
               SlabFft& fft, const std::array<double, 3>& origin) {
  require(fft.side() == oversampling * grid.size, "an oversampled volume");
  const auto plane_size = static_cast<std::size_t>(fft.side()) * static_cast<std::size_t>(fft.row_stride());
  write_new_map(comm, path, grid, origin, [&](const auto& append) {
    for (int plane = 0; plane < fft.plane_count(); ++plane) {
      const int section = section_of_plane(fft.first_plane() + plane, grid);
      if (section < 0) continue;
      const auto values = fft.volume().subspan(static_cast<std::size_t>(plane) * plane_size, plane_size);
      append(MapSection{section, section_of(values, fft.row_stride(), section, grid, mask_radius)});
    }
  });
}

void write_filtered_map(const Communicator& comm, const std::string& path, ImageGrid grid, double mask_radius,
                        SlabFft& fft, const std::vector<double>& filter,
                        const std::array<double, 3>& origin) {
  require(filter.size() == static_cast<std::size_t>(grid.size / 2 + 1), "a filter of all shells");
  SlabFft map = cropped(comm, fft, grid);
  map.forward();
  const double scale = std::pow(grid.size, -3);
  for_each_term(grid.size, map.first_plane(), map.spectrum().size(), [&](std::size_t i, int x, int y, int z) {
    map.spectrum()[i] *= scale * filter[std::min(shell_of_term(x, y, z), filter.size() - 1)];
  });
  map.backward();
  write_volume(comm, path, grid, mask_radius, map, origin);
}

void write_volume(const Communicator& comm, const std::string& path, ImageGrid grid, double mask_radius,
                  SlabFft& fft, const std::array<double, 3>& origin) {
  require(fft.side() == grid.size, "a volume of the map's grid");
  write_new_map(comm, path, grid, origin, [&](const auto& append) {
    for (int plane = 0; plane < fft.plane_count(); ++plane) {
      MapSection section{fft.first_plane() + plane, {}};
      for (int y = 0; y < grid.size; ++y)
        for (int x = 0; x < grid.size; ++x)
          section.voxels.push_back(static_cast<float>(
              fft.voxel(plane, y, x) * mask_weight(x - grid.size / 2, y - grid.size / 2,
                                                   section.index - grid.size / 2, grid, mask_radius)));
      append(section);
    }
  });
}

void write_sections(const Communicator& comm, const std::string& path, ImageGrid grid,
                    std::span<const float> voxels, const std::array<double, 3>& origin) {
  const Range share = equal_share(comm, grid.size);
  const auto pixels = static_cast<std::size_t>(grid.size) * static_cast<std::size_t>(grid.size);
  require(voxels.size() == static_cast<std::size_t>(share.count) * pixels,
          "the voxels of this rank's sections");
  write_new_map(comm, path, grid, origin, [&](const auto& append) {
    for (std::int64_t i = 0; i < share.count; ++i) {
      const auto section = voxels.subspan(static_cast<std::size_t>(i) * pixels, pixels);
      append(MapSection{static_cast<int>(share.first + i), {section.begin(), section.end()}});
    }
  });
}

void require_same_box(const std::string& path, const MrcHeader& header, ImageGrid grid) {
  if (header.columns == grid.size && header.rows == grid.size && header.sections == grid.size &&
      std::abs(header.pixel_size - grid.pixel_size) <= same_voxel_within * grid.pixel_size)
    return;
  throw Error(fmt::format(
      "{} is {}×{}×{} voxels of {:.4g} Å, but the map of these particles is {}³ voxels of {:.4g} Å: resample "
      "it",
      path, header.columns, header.rows, header.sections, header.pixel_size, grid.size, grid.pixel_size));
}

SlabFft transformed_map(const Communicator& comm, const std::string& path, ImageGrid grid) {
  SlabFft fft(comm, grid.size);
  collectively(comm, [&] {
    const StackReader reader(path);
    require_same_box(path, reader.header(), grid);
    const auto side = static_cast<std::size_t>(grid.size);
    std::vector<float> section(side * side);
    for (int plane = 0; plane < fft.plane_count(); ++plane) {
      reader.read(fft.first_plane() + plane, 1, section);
      for (std::size_t row = 0; row < side; ++row)
        std::copy_n(&section[row * side], side,
                    &fft.volume()[(static_cast<std::size_t>(plane) * side + row) *
                                  static_cast<std::size_t>(fft.row_stride())]);
    }
  });
  fft.forward();
  return fft;
}

std::vector<double> correlation_of_maps(const Communicator& comm, const std::string& first,
                                        const std::string& second, ImageGrid grid) {
  SlabFft one = transformed_map(comm, first, grid), other = transformed_map(comm, second, grid);
  return correlation_of(comm, one, other);
}

}  // namespace elastem
