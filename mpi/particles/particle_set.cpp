#include "mpi/particles/particle_set.hpp"

#include <algorithm>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/particles/particle_check.hpp"
#include "particles/cryosparc_file.hpp"

namespace elastem {

namespace {

constexpr std::size_t most_grids = 64;  // a library of references each

// The place of each row's grid, each rank looking at an equal share. Collective.
std::vector<std::uint8_t> grids_of_rows(const Communicator& comm, const ParticleSet& set) {
  const Range share = equal_share(comm, set.size());
  std::vector<std::uint8_t> mine;
  collectively(comm, [&] {
    mine.reserve(static_cast<std::size_t>(share.count));
    set.file.for_each(share.first, share.count,
                      [&](const ParticleFile::Row& row) { mine.push_back(set.grid_of(row.particle)); });
  });
  return comm.all_gathered(mine);
}

// Pixels that no camera has come from a wrong unit or a wrong column.
void require_possible_sizes(const std::string& path, const std::vector<ImageGrid>& grids) {
  constexpr double smallest = 0.01, largest = 1000;  // Å
  for (const ImageGrid& grid : grids)
    if (!(grid.pixel_size >= smallest && grid.pixel_size <= largest))
      throw Error(
          fmt::format("{}: a pixel size of {:g} Å (rlnImagePixelSize, _samplingRate, or what stands in "
                      "its place); it lies between {:g} and {:g} Å",
                      path, grid.pixel_size, smallest, largest));
}

}  // namespace

ParticleFile open_particle_file(const Communicator& comm, const ParticleSource& source) {
  const std::string index = from_root(comm, [&] { return ParticleFile::scan(source.path).serialise(); });
  std::optional<ParticleFile> file;
  collectively(comm, [&] { file.emplace(source, ParticleIndex::deserialise(index)); });
  return std::move(*file);
}

ParticleSet open_particles(const Communicator& comm, const ParticleSource& source, Accepted accepted) {
  ParticleFile file = open_particle_file(comm, source);
  CheckedParticles checked = check_particles(comm, file, accepted);
  if (checked.grids.size() > most_grids) {
    throw Error(fmt::format(
        "{}: its optics groups have {} different boxes and pixel sizes, of which {} can be worked on "
        "together; bring the images to fewer, or align the groups one by one",
        source.path, checked.grids.size(), most_grids));
  }
  require_possible_sizes(source.path, checked.grids);
  const bool has_poses = collectively_get(comm, [&] { return file.read(0, 1).front().has_pose; });
  const bool inverted = file.cryosparc() != nullptr && file.cryosparc()->inverted();
  if (inverted) spdlog::info("{}: blob/sign is -1: pixels are read with the other sign", source.path);
  ParticleSet set{source.path,
                  source.datadir,
                  std::move(file),
                  checked.grids.front(),
                  std::move(checked.grids),
                  std::move(checked.stacks),
                  checked.longest_key,
                  {},
                  has_poses,
                  source.inverted != inverted,
                  checked.all_overfocus};
  if (set.grids.size() > 1) set.grid_of_row = grids_of_rows(comm, set);
  return set;
}

std::uint8_t ParticleSet::grid_of(const Particle& particle) const {
  const auto found = std::find_if(grids.begin(), grids.end(), [&](const ImageGrid& known) {
    return same_grid({particle.size, particle.pixel_size}, known);
  });
  return found == grids.end() ? no_grid : static_cast<std::uint8_t>(found - grids.begin());
}

std::vector<std::int64_t> ParticleSet::spread_rows(std::size_t of_grid, std::int64_t count,
                                                   std::int64_t most) const {
  std::vector<std::int64_t> rows;  // of the grid; empty: all
  for (std::size_t row = 0; row < grid_of_row.size() && static_cast<std::int64_t>(row) < count; ++row)
    if (grid_of_row[row] == of_grid) rows.push_back(static_cast<std::int64_t>(row));
  const std::int64_t total = grid_of_row.empty() ? count : static_cast<std::int64_t>(rows.size());
  const std::int64_t sample = std::min(total, most);
  std::vector<std::int64_t> spread;
  for (std::int64_t i = 0; i < sample; ++i) {
    const std::int64_t place = i * total / sample;
    spread.push_back(grid_of_row.empty() ? place : rows[static_cast<std::size_t>(place)]);
  }
  return spread;
}

std::vector<double> pixel_sizes(const ParticleSet& set) {
  std::vector<double> sizes;
  for (const ImageGrid& grid : set.grids) sizes.push_back(grid.pixel_size);
  return sizes;
}

std::vector<bool> used_grids(const ParticleSet& set, std::int64_t count) {
  std::vector<bool> used(set.grids.size(), set.grid_of_row.empty());
  for (std::size_t row = 0; row < set.grid_of_row.size() && static_cast<std::int64_t>(row) < count; ++row)
    if (set.grid_of_row[row] != ParticleSet::no_grid) used[set.grid_of_row[row]] = true;
  return used;
}

std::vector<std::string> particle_fingerprints(const Communicator& comm, const ParticleSet& set) {
  std::vector<std::string> fingerprints;
  const auto count = static_cast<std::int64_t>(set.stacks.size());
  std::vector<std::int64_t> sums(2 * set.stacks.size(), 0);  // checksum and size of each
  collectively(comm, [&] {
    if (comm.root()) {
      const std::string stack = find_stack(set.file.read(0, 1).front().stack, set.path, set.datadir);
      fingerprints = {input_fingerprint("particles", set.path), input_fingerprint("stack", stack)};
    }
    const Range share = equal_share(comm, count > 1 ? count : 0);
    for (std::int64_t i = share.first; i < share.first + share.count; ++i) {
      const auto place = static_cast<std::size_t>(i);
      const SampledChecksum sum = sampled_checksum(set.stacks[place]);
      sums[2 * place] = sum.crc;
      sums[2 * place + 1] = sum.bytes;
    }
  });
  comm.sum(sums);
  if (comm.root() && count > 1)
    fingerprints.push_back(combined_fingerprint("stacks", fmt::format("{} files", count), sums));
  comm.broadcast(fingerprints);
  return fingerprints;
}

ParticleStream::ParticleStream(const ParticleSet& set)
    : set_(&set), reader_(set.path, set.datadir, set.inverted) {}

ParticleImage ParticleStream::read(std::int64_t i) {
  constexpr std::int64_t block_size = 256;
  if (i < first_ || i >= first_ + static_cast<std::int64_t>(block_.size())) {
    first_ = i / block_size * block_size;
    block_ = set_->file.read(first_, std::min(block_size, set_->size() - first_));
  }
  const Particle& particle = block_[static_cast<std::size_t>(i - first_)];
  if (set_->grid_of(particle) == ParticleSet::no_grid) return {particle, {}, FailureReason::wrong_size};
  ReadImage image = reader_.read(particle);
  return {particle, std::move(image.pixels), image.failure};
}

}  // namespace elastem
