#include "mpi/reconstruction/local_resolution.hpp"

#include <algorithm>
#include <cmath>

#include "core/progress.hpp"
#include "maps/stack_reader.hpp"
#include "mpi/comm/exchange.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/reconstruction/map_file.hpp"

namespace elastem {
namespace {

constexpr int corrected_beyond = 2;  // shells from where phases are random
constexpr float in_mask = 0.5F;

// Sections of the box that hold what is within `reach` of the places, which ascend along z.
Range sections_about(const WindowLattice& lattice, const std::vector<std::int64_t>& places, int reach,
                     int size) {
  if (places.empty()) return {};
  const int low = lattice.place(places.front()).z() + size / 2 - reach,
            high = lattice.place(places.back()).z() + size / 2 + reach;
  const int first = std::clamp(low, 0, size - 1), last = std::clamp(high, 0, size - 1);
  return {first, last - first + 1};
}

// Whether some voxel of the mask lies within a step of the place.
bool near_mask(const VolumePart& mask, const Eigen::Vector3i& place, int step) {
  const int size = mask.size, half = size / 2;
  const auto from = [&](int at) { return std::max(at + half - step, 0); };
  const auto to = [&](int at) { return std::min(at + half + step, size - 1); };
  for (int z = from(place.z()); z <= to(place.z()); ++z)
    for (int y = from(place.y()); y <= to(place.y()); ++y)
      for (int x = from(place.x()); x <= to(place.x()); ++x)
        if (mask.voxels[(static_cast<std::size_t>(z - mask.first) * static_cast<std::size_t>(size) +
                         static_cast<std::size_t>(y)) *
                            static_cast<std::size_t>(size) +
                        static_cast<std::size_t>(x)] > 0)
          return true;
  return false;
}

// The places of the lattice that have a window, ascending; the same on every rank. Collective.
std::vector<std::int64_t> windows_of(const Communicator& comm, const LocalResolutionRequest& r,
                                     const WindowLattice& lattice, const LocalWindow& window) {
  const Range share = equal_share(comm, lattice.places());
  std::vector<std::int64_t> own;
  for (std::int64_t i = 0; i < share.count; ++i) own.push_back(share.first + i);
  if (r.mask.empty()) {
    std::erase_if(own, [&](std::int64_t i) {
      return lattice.place(i).cast<double>().norm() >= r.grid.size / 2.0 - window.radius / 2;
    });
  } else {
    collectively(comm, [&] {
      const Range sections = sections_about(lattice, own, window.step, r.grid.size);
      const VolumePart mask{r.grid.size, static_cast<int>(sections.first), static_cast<int>(sections.count),
                            mask_sections(sections, r.mask, r.grid)};
      std::erase_if(own, [&](std::int64_t i) { return !near_mask(mask, lattice.place(i), window.step); });
    });
  }
  return comm.all_gathered(own);
}

// Sections of a volume in real space, wherever they lie, times `scale`. Collective.
VolumePart sections_of(const Communicator& comm, SlabFft& fft, Range wanted, double scale) {
  const auto side = static_cast<std::size_t>(fft.side()), stride = static_cast<std::size_t>(fft.row_stride());
  const auto firsts = comm.all_gathered(std::array{wanted.first});
  const auto counts = comm.all_gathered(std::array{wanted.count});
  std::vector<float> outgoing;
  std::vector<int> sizes;
  for (std::size_t rank = 0; rank < firsts.size(); ++rank) {
    const std::size_t before = outgoing.size();
    for (int plane = 0; plane < fft.plane_count(); ++plane) {
      const std::int64_t section = fft.first_plane() + plane;
      if (section < firsts[rank] || section >= firsts[rank] + counts[rank]) continue;
      for (std::size_t row = 0; row < side; ++row)
        for (std::size_t x = 0; x < side; ++x)
          outgoing.push_back(static_cast<float>(
              scale * fft.volume()[(static_cast<std::size_t>(plane) * side + row) * stride + x]));
    }
    sizes.push_back(static_cast<int>(outgoing.size() - before));
  }
  return {fft.side(), static_cast<int>(wanted.first), static_cast<int>(wanted.count),
          exchange<float>(comm, outgoing, sizes).values};
}

// The halves as they are and with random phases, as far as this rank's windows reach.
struct HalfSections {
  std::array<VolumePart, 2> halves, random;
};

HalfSections read_sections(const Communicator& comm, const LocalResolutionRequest& r, Range wanted) {
  HalfSections parts;
  const double scale = 1 / std::pow(r.grid.size, 3);
  for (const std::size_t half : {0, 1}) {
    SlabFft fft = transformed_map(comm, half == 0 ? r.first : r.second, r.grid);
    randomise_phases(fft, r.randomised_from, 2 * r.seed + half);
    fft.backward();
    parts.random[half] = sections_of(comm, fft, wanted, scale);
    collectively(comm, [&] {
      VolumePart& part = parts.halves[half];
      part = parts.random[half];
      if (wanted.count > 0)
        StackReader(half == 0 ? r.first : r.second).read(wanted.first, wanted.count, part.voxels);
    });
  }
  return parts;
}

// The spatial frequency that the halves agree to in each window, in their order, on every rank. Collective.
std::vector<float> frequencies(const Communicator& comm, const LocalResolutionRequest& r,
                               const WindowLattice& lattice, const LocalWindow& window,
                               const std::vector<std::int64_t>& windows) {
  const Range share = equal_share(comm, std::ssize(windows));
  const std::vector<std::int64_t> own(windows.begin() + share.first,
                                      windows.begin() + share.first + share.count);
  const HalfSections parts =
      read_sections(comm, r, sections_about(lattice, own, window.side / 2 + 1, r.grid.size));
  std::vector<float> found;
  Progress progress("windows", std::ssize(windows), comm.root() && r.show_progress);
  collectively(comm, [&] {
    LocalCorrelation correlation(window, r.grid.pixel_size,
                                 r.grid.size * r.grid.pixel_size / (r.randomised_from + corrected_beyond));
    for (const std::int64_t place : own) {
      found.push_back(
          static_cast<float>(1 / correlation.resolution(parts.halves, parts.random, lattice.place(place))));
      progress.update(std::min<std::int64_t>(std::ssize(found) * comm.size(), std::ssize(windows)));
    }
  });
  progress.finish();
  return comm.all_gathered(found);
}

}  // namespace

LocalResolution write_local_resolution(const Communicator& comm, const LocalResolutionRequest& r,
                                       const std::string& output) {
  const int size = r.grid.size;
  const LocalWindow window = local_window(r.grid, r.radius, r.step);
  const WindowLattice lattice(size, window.step);
  const std::vector<std::int64_t> windows = windows_of(comm, r, lattice, window);
  const std::vector<float> found = frequencies(comm, r, lattice, window, windows);
  std::vector<float> values(static_cast<std::size_t>(lattice.places()), 0.0F);
  for (std::size_t i = 0; i < windows.size(); ++i) values[static_cast<std::size_t>(windows[i])] = found[i];

  const Range share = equal_share(comm, size);
  std::vector<float> mask, voxels;
  collectively(comm, [&] { mask = mask_sections(share, r.mask, r.grid); });
  ResolutionHistogram histogram(2 * r.grid.pixel_size, (window.side + 1) * r.grid.pixel_size);
  for (std::int64_t z = share.first; z < share.first + share.count; ++z)
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x) {
        const double frequency =
            lattice.interpolated(values, {x - size / 2, y - size / 2, static_cast<int>(z) - size / 2});
        const double resolution = frequency > 0 ? 1 / frequency : 0;
        if (resolution > 0 && mask[voxels.size()] > in_mask) histogram.add(resolution);
        voxels.push_back(static_cast<float>(resolution));
      }
  comm.sum(histogram.counts());
  const auto origin = collectively_get(comm, [&] { return StackReader(r.first).header().origin; });
  write_sections(comm, output, r.grid, voxels, origin);
  return {window.radius * r.grid.pixel_size, window.step * r.grid.pixel_size, std::ssize(windows),
          histogram.quantile(0.25),          histogram.quantile(0.5),         histogram.quantile(0.75)};
}

}  // namespace elastem
