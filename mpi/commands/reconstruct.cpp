#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "imaging/fft.hpp"
#include "maps/mrc.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/reconstruction/slab_fft.hpp"
#include "mpi/run/output.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/stack_writer.hpp"
#include "options/reconstruct_options.hpp"
#include "reconstruction/fourier_slab.hpp"
#include "reconstruction/shell_correlation.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::ReconstructOptions;

constexpr double mask_edge = 5;  // voxels

// How many particles went in, and why others did not.
struct Tally {
  std::int64_t used = 0, without_pose = 0, unusable = 0;
};

// The finest frequency that takes part, in cells of the images' S grid.
double radius_of(const ReconstructOptions& o, ImageGrid grid) {
  const double nyquist = grid.size / 2.0;
  if (o.max_resolution == 0) return nyquist;
  if (o.max_resolution < 2 * grid.pixel_size)
    throw Error(
        fmt::format("option --max-resolution: {} Å is finer than two pixels of {} Å; give {} or more, or 0",
                    o.max_resolution, grid.pixel_size, 2 * grid.pixel_size));
  return std::min(nyquist, grid.size * grid.pixel_size / o.max_resolution);
}

// Sends every sample to the ranks that own the planes it touches. Collective.
class SampleExchange {
 public:
  SampleExchange(const Communicator& comm, const SlabFft<double>& fft) : comm_(&comm), fft_(&fft) {
    MPI_Type_contiguous(static_cast<int>(sizeof(FourierSample)), MPI_BYTE, &type_);
    MPI_Type_commit(&type_);
  }
  SampleExchange(const SampleExchange&) = delete;
  SampleExchange& operator=(const SampleExchange&) = delete;
  ~SampleExchange() { MPI_Type_free(&type_); }

  std::vector<FourierSample> operator()(const std::vector<FourierSample>& samples) {
    const auto ranks = static_cast<std::size_t>(comm_->size());
    std::vector<int> send_counts(ranks, 0), receive_counts(ranks, 0);
    for (const auto& sample : samples) {
      const auto [low, high] = owners(sample);
      ++send_counts[low];
      if (high != low) ++send_counts[high];
    }
    MPI_Alltoall(send_counts.data(), 1, MPI_INT, receive_counts.data(), 1, MPI_INT, comm_->handle());
    const auto send_offsets = offsets(send_counts), receive_offsets = offsets(receive_counts);
    std::vector<FourierSample> outgoing(static_cast<std::size_t>(send_offsets.back()));
    std::vector<FourierSample> incoming(static_cast<std::size_t>(receive_offsets.back()));
    auto next = send_offsets;
    for (const auto& sample : samples) {
      const auto [low, high] = owners(sample);
      outgoing[static_cast<std::size_t>(next[low]++)] = sample;
      if (high != low) outgoing[static_cast<std::size_t>(next[high]++)] = sample;
    }
    MPI_Alltoallv(outgoing.data(), send_counts.data(), send_offsets.data(), type_, incoming.data(),
                  receive_counts.data(), receive_offsets.data(), type_, comm_->handle());
    return incoming;
  }

 private:
  std::pair<std::size_t, std::size_t> owners(const FourierSample& sample) const {
    const auto [low, high] = FourierSlab::planes(sample, fft_->side());
    return {static_cast<std::size_t>(fft_->owner(low)), static_cast<std::size_t>(fft_->owner(high))};
  }
  static std::vector<int> offsets(const std::vector<int>& counts) {
    std::vector<int> sums(counts.size() + 1, 0);
    for (std::size_t i = 0; i < counts.size(); ++i) sums[i + 1] = sums[i] + counts[i];
    return sums;
  }

  const Communicator* comm_;
  const SlabFft<double>* fft_;
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

// One rank's images as samples of the Fourier volume.
class ImageSampler {
 public:
  ImageSampler(const ParticleSet& set, const ResultTable& table, double max_radius)
      : set_(&set), table_(&table), max_radius_(max_radius), stream_(set), fft_(set.grid.size) {}

  void append(std::int64_t first, std::int64_t count, std::vector<FourierSample>& samples, Tally& tally) {
    const auto rows = table_->read(first, count);
    for (std::int64_t i = 0; i < count; ++i) {
      const ParticleResult& row = rows[static_cast<std::size_t>(i)];
      if (row.state != ParticleState::done) {
        ++tally.without_pose;
        continue;
      }
      FailureReason reason;
      const Particle& particle = stream_.read(first + i, image_, reason);
      if (reason != FailureReason::none) {
        ++tally.unusable;
        continue;
      }
      fft_.forward(image_, spectrum_);
      const Pose pose{row.euler_angles[0], row.euler_angles[1], row.euler_angles[2], row.shift};
      append_samples(spectrum_, transfer(particle.ctf), pose, set_->grid.pixel_size, max_radius_, samples);
      ++tally.used;
    }
  }

 private:
  // Neighbouring particles often share their optics and defocus.
  const std::vector<float>& transfer(const Ctf& ctf) {
    if (transfer_.empty() || !(ctf == last_ctf_)) {
      transfer_ = ctf_half_grid(ctf, set_->grid.size, set_->grid.pixel_size);
      last_ctf_ = ctf;
    }
    return transfer_;
  }

  const ParticleSet* set_;
  const ResultTable* table_;
  double max_radius_;
  ParticleStream stream_;
  Fft2<float> fft_;
  Image image_;
  Spectrum spectrum_;
  Ctf last_ctf_;
  std::vector<float> transfer_;
};

// Images a rank takes at a time: about 8 MiB of samples.
std::int64_t batch_size(int size) {
  return std::clamp<std::int64_t>((8 << 20) / (static_cast<std::int64_t>(size) * size * 11), 1, 128);
}

// Every rank reads its share of the images; their terms go to the owners of the planes. Collective.
Tally insert_images(const Communicator& comm, const ReconstructOptions& o, const ParticleSet& set,
                    const ResultTable& table, double max_radius, const SlabFft<double>& fft,
                    FourierSlab& slab) {
  Tally tally;
  std::optional<ImageSampler> sampler;
  collectively(comm, [&] { sampler.emplace(set, table, max_radius); });
  SampleExchange exchange(comm, fft);
  Progress progress("images", table.size(), comm.root() && !o.common.quiet);
  const std::int64_t batch = batch_size(set.grid.size), round = batch * comm.size();
  std::vector<FourierSample> samples;
  for (std::int64_t start = 0; start < table.size(); start += round) {
    samples.clear();
    collectively(comm, [&] {
      const std::int64_t first = start + comm.rank() * batch;
      const std::int64_t count = std::clamp<std::int64_t>(table.size() - first, 0, batch);
      if (count > 0) sampler->append(first, count, samples, tally);
    });
    slab.insert(comm.size() == 1 ? samples : exchange(samples));
    progress.update(std::min(start + round, table.size()));
  }
  progress.finish();
  std::vector<std::int64_t> counts = {tally.used, tally.without_pose, tally.unusable};
  comm.sum(std::span<std::int64_t>(counts));
  return {counts[0], counts[1], counts[2]};
}

// One plane of the padded volume as a section of the map: cropped, centred, freed of the kernel's envelope,
// masked.
std::vector<float> section_of(std::span<const double> plane, int row_stride, int section,
                              const ReconstructOptions& o, ImageGrid grid) {
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
      double value = plane[place] * scale / trilinear_envelope(x, y, z, side);
      if (o.mask_radius > 0)
        value *= soft_sphere(
            std::sqrt(static_cast<double>(x) * x + static_cast<double>(y) * y + static_cast<double>(z) * z),
            o.mask_radius / grid.pixel_size, mask_edge);
      values.push_back(static_cast<float>(value));
    }
  return values;
}

// Every rank writes the sections it owns; the file gets its name when it is complete. Collective.
void write_map(const Communicator& comm, const ReconstructOptions& o, ImageGrid grid, SlabFft<double>& fft) {
  const std::string unfinished = o.output + ".part";
  MrcHeader header;
  header.columns = header.rows = header.sections = grid.size;
  header.pixel_size = grid.pixel_size;
  header.volume = true;
  collectively(comm, [&] {
    if (!comm.root()) return;
    if (const fs::path folder = fs::path(o.output).parent_path(); !folder.empty())
      fs::create_directories(folder);
  });
  StackWriter writer = StackWriter::create(comm, unfinished, header);
  collectively(comm, [&] {
    const auto volume = fft.volume();
    const auto plane_size = static_cast<std::size_t>(fft.side()) * static_cast<std::size_t>(fft.row_stride());
    for (int plane = 0; plane < fft.plane_count(); ++plane) {
      const int z = fft.first_plane() + plane;
      const int section = (z < fft.side() / 2 ? z : z - fft.side()) + grid.size / 2;
      if (section < 0 || section >= grid.size) continue;
      writer.append(section,
                    section_of(volume.subspan(static_cast<std::size_t>(plane) * plane_size, plane_size),
                               fft.row_stride(), section, o, grid));
    }
    writer.flush();
  });
  writer.close();
  collectively(comm, [&] {
    if (comm.root()) fs::rename(unfinished, o.output);
  });
}

// Throws Error unless the map has the box and the voxels of this grid.
void require_same_box(const std::string& path, const MrcHeader& header, ImageGrid grid) {
  if (header.columns == grid.size && header.rows == grid.size && header.sections == grid.size &&
      std::abs(header.pixel_size - grid.pixel_size) <= 1e-3 * grid.pixel_size)
    return;
  throw Error(fmt::format(
      "{} is {}×{}×{} voxels of {:.4g} Å, but the map of these particles is {}³ voxels of {:.4g} Å: resample "
      "it",
      path, header.columns, header.rows, header.sections, header.pixel_size, grid.size, grid.pixel_size));
}

// A map's slab in Fourier space. Collective.
void load_map(const Communicator& comm, const std::string& path, ImageGrid grid, SlabFft<double>& fft) {
  collectively(comm, [&] {
    const MrcReader reader(path);
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
}

void print_correlation(const std::vector<double>& correlation, ImageGrid grid) {
  fmt::print("shell  resolution [Å]     FSC\n");
  for (std::size_t shell = 1; shell < correlation.size(); ++shell)
    fmt::print("{:5}  {:14.2f}  {:6.4f}\n", shell, grid.size * grid.pixel_size / static_cast<double>(shell),
               correlation[shell]);
  for (const double threshold : {0.5, 0.143})
    fmt::print("FSC {:5} at {:.2f} Å\n", threshold,
               resolution_at(correlation, threshold, grid.size, grid.pixel_size));
}

// The map that was just written against another one. Collective.
void compare(const Communicator& comm, const ReconstructOptions& o, ImageGrid grid) {
  SlabFft<double> map(comm, grid.size), reference(comm, grid.size);
  load_map(comm, o.output, grid, map);
  load_map(comm, o.reference, grid, reference);
  ShellSums sums(grid.size);
  add_planes(sums, map.first_plane(), map.spectrum(), reference.spectrum());
  for (auto* values : {&sums.product, &sums.first_power, &sums.second_power})
    comm.sum(std::span<double>(*values));
  if (comm.root()) print_correlation(shell_correlation(sums), grid);
}

void require_matching(const ReconstructOptions& o, const ParticleSet& set, const ResultTable& table) {
  if (table.size() > set.size())
    throw Error(
        fmt::format("{} has poses of {} particles, but {} only {} particles: give the file that was aligned",
                    o.alignment, table.size(), o.particles, set.size()));
  if (table.size() < set.size())
    spdlog::info("{} has poses of the first {} of {} particles", o.alignment, table.size(), set.size());
}

void describe(const ReconstructOptions& o, const ParticleSet& set, const ResultTable& table, int ranks) {
  const double side = oversampling * set.grid.size;
  spdlog::info(
      "{} particles of {}² pixels of {} Å into {}³ voxels; {:.0f} MiB for the Fourier volume on {} ranks",
      table.size(), set.grid.size, set.grid.pixel_size, set.grid.size,
      side * side * side / 2 * 24 / (1 << 20), ranks);
  if (o.common.dry_run) spdlog::info("dry run: nothing was written");
}

}  // namespace

int reconstruct_command(const Invocation& invocation) {
  const Communicator& comm = invocation.comm;
  std::string help;
  const auto options = cli::parse_reconstruct_options(invocation.arguments, help);
  if (!options) {
    if (comm.root()) std::fputs(help.c_str(), stdout);
    return 0;
  }
  const ReconstructOptions& o = *options;
  decide_output(comm, o.output, false, o.common.overwrite);
  const ParticleSet set =
      open_particles(comm, o.particles, o.datadir, defocus_sign(o.negative_defocus), o.invert);
  ResultTable table = ResultTable::open(comm, o.alignment, ResultTable::Access::read);
  require_matching(o, set, table);
  const double max_radius = radius_of(o, set.grid);
  describe(o, set, table, comm.size());
  // Before the work, not after it.
  if (!o.reference.empty())
    collectively(comm, [&] { require_same_box(o.reference, MrcReader(o.reference).header(), set.grid); });
  if (o.common.dry_run) {
    table.close();
    return 0;
  }
  SlabFft<double> fft(comm, oversampling * set.grid.size);
  FourierSlab slab(fft.side(), fft.first_plane(), fft.plane_count(), fft.spectrum());
  const Tally tally = insert_images(comm, o, set, table, max_radius, fft, slab);
  table.close();
  if (tally.used == 0)
    throw Error(
        fmt::format("none of the {} particles of {} has a pose and a readable image: align them first",
                    tally.without_pose + tally.unusable, o.particles));
  slab.divide(tally.used, o.regularisation, max_radius);
  fft.backward();
  write_map(comm, o, set.grid, fft);
  spdlog::info("{}: {} particles; {} without a pose, {} with an unusable image were left out", o.output,
               tally.used, tally.without_pose, tally.unusable);
  if (!o.reference.empty()) compare(comm, o, set.grid);
  return 0;
}

}  // namespace elastem
