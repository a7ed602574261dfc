#include <algorithm>
#include <cstdio>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "maps/stack_reader.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/reconstruction/image_insertion.hpp"
#include "mpi/reconstruction/map_file.hpp"
#include "mpi/run/run_files.hpp"
#include "mpi/selection/row_selection.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/reconstruct_options.hpp"
#include "reconstruction/shell_correlation.hpp"

namespace elastem {

namespace {

using cli::ReconstructOptions;

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

void print_correlation(const std::vector<double>& correlation, ImageGrid grid) {
  std::string text = "shell  resolution [Å]     FSC\n";
  for (std::size_t shell = 1; shell < correlation.size(); ++shell)
    text += fmt::format("{:5}  {:14.2f}  {:6.4f}\n", shell,
                        grid.size * grid.pixel_size / static_cast<double>(shell), correlation[shell]);
  for (const double threshold : {0.5, 0.143})
    text += fmt::format("FSC {:5} at {:.2f} Å\n", threshold,
                        resolution_at(correlation, threshold, grid.size, grid.pixel_size));
  std::fputs(text.c_str(), stdout);
}

// Whether a selection leaves something of the particle file.
void require_particles(const ReconstructOptions& o, const RowMatch& match) {
  if (match.unselected > 0 && match.matched == 0)
    cli::refuse_option("selection", fmt::format("none of the selected particles is in {}", o.source.path));
}

void describe(const ReconstructOptions& o, const ParticleSet& set, const RowMatch& match, int ranks) {
  const double side = oversampling * set.grid.size;
  spdlog::info(
      "{} particles of {}² pixels of {} Å into {}³ voxels; {:.0f} MiB for the Fourier volume on {} ranks",
      match.matched, set.grid.size, set.grid.pixel_size, set.grid.size,
      side * side * side / 2 * fourier_term_bytes / (1 << 20), ranks);
  if (o.common.dry_run) spdlog::info("dry run: nothing was written");
}

void report(const ReconstructOptions& o, const RowMatch& match, const InsertionCounts& counts) {
  spdlog::info("{}: {} particles; {} without a pose and {} with an unusable image were left out", o.output,
               counts.used, counts.without_pose - match.unselected, counts.unusable);
  if (counts.outliers > 0)
    spdlog::info("{} outliers were left out: the structure does not explain them (--with-outliers uses them)",
                 counts.outliers);
}

}  // namespace

ExitCode reconstruct_command(const Invocation& invocation, const cli::ReconstructOptions& o) {
  const Communicator& comm = invocation.comm;
  const ParticleSet set = open_particles(comm, o.source);
  require_kept(comm, invocation.options, set.stacks);
  ResultTable table = ResultTable::open(comm, o.alignment, ResultTable::Access::read);
  RowMatch match = match_particles(comm, set.file, equal_share(comm, set.size()), {o.alignment, table},
                                   o.matching.accept_mismatch);
  keep_selected(comm, selected_rows(comm, {o.alignment, table}, o.selection), match);
  require_particles(o, match);
  const double max_radius = radius_of(o, set.grid);
  describe(o, set, match, comm.size());
  // Before the work, not after it.
  if (!o.reference.empty())
    collectively(comm, [&] { require_same_box(o.reference, StackReader(o.reference).header(), set.grid); });
  if (o.common.dry_run) {
    table.close();
    return done;
  }
  SlabFft fft(comm, oversampling * set.grid.size);
  FourierSlab slab(fft.side(), fft.first_plane(), fft.plane_count(), fft.spectrum());
  const InsertionCounts counts =
      insert_images(comm, set, {table, match, o.with_outliers}, max_radius, fft, slab, !o.common.quiet);
  table.close();
  if (counts.used == 0)
    throw Error(
        fmt::format("none of the {} particles of {} has a pose in {} and a readable image: align them "
                    "first{}",
                    set.size(), o.source.path, o.alignment,
                    counts.outliers > 0 ? ", or use the outliers (--with-outliers)" : ""));
  slab.divide(counts.used, o.regularisation, max_radius);
  fft.backward();
  write_map(comm, o.output, set.grid, o.mask_radius, fft);
  report(o, match, counts);
  if (!o.reference.empty()) {
    const auto correlation = correlation_of_maps(comm, o.output, o.reference, set.grid);
    if (comm.root()) print_correlation(correlation, set.grid);
  }
  return done;
}

}  // namespace elastem
