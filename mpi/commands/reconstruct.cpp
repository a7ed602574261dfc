#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "maps/stack_reader.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/particles/stored_source.hpp"
#include "mpi/reconstruction/half_map_outputs.hpp"
#include "mpi/reconstruction/image_insertion.hpp"
#include "mpi/reconstruction/map_file.hpp"
#include "mpi/reconstruction/motion_correction.hpp"
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
  spdlog::info("{} of {}² pixels of {} Å into {}³ voxels; {:.0f} MiB for the Fourier volume on {}",
               counted(match.matched, "particle"), set.grid.size, set.grid.pixel_size, set.grid.size,
               side * side * side / 2 * fourier_term_bytes / (1 << 20), counted(ranks, "rank"));
  if (o.common.dry_run) spdlog::info("dry run: nothing was written");
}

void report(const ReconstructOptions& o, const RowMatch& match, const InsertionCounts& counts) {
  spdlog::info("{}: {}; {} without a pose and {} with an unusable image were left out", o.output,
               counted(counts.used, "particle"), counts.without_pose - match.unselected, counts.unusable);
  if (counts.outliers > 0) spdlog::info("{}", cli::outliers_left_out(counts.outliers));
}

// Where the first voxel stands so that the map overlays with the structure of a modes file, whose centre is
// the particles'; 0 without one. Collective.
std::array<double, 3> origin_of(const Communicator& comm, const ReconstructOptions& o, ImageGrid grid) {
  if (o.modes_file.empty()) return {};
  const Eigen::Vector3d centre =
      from_root(comm, [&] { return Eigen::Vector3d(read_modes_table(o.modes_file).centre); });
  const double half = grid.size / 2 * grid.pixel_size;
  return {centre.x() - half, centre.y() - half, centre.z() - half};
}

// How the particles' motion is undone.
struct Undoing {
  ElasticModel model;
  Eigen::VectorXd place;  // amplitudes of the map's conformation
  DeformationField field;
};

std::optional<Undoing> undoing_of(const Communicator& comm, const ReconstructOptions& o,
                                  const PoseSource& poses, ImageGrid grid) {
  if (!o.undo_motion) return std::nullopt;
  ElasticModel model = read_model_of(comm, o.alignment, poses.table.modes(), o.modes_file);
  const Eigen::VectorXd place = chosen_place(comm, poses, {"--at", o.at, o.alignment});
  std::vector<std::string> amplitudes;
  for (Eigen::Index k = 0; k < place.size(); ++k)
    amplitudes.push_back(fmt::format("{}={:.1f}", model.mode_numbers[static_cast<std::size_t>(k)], place[k]));
  spdlog::info("the map shows the conformation {} (amplitudes in Å)", fmt::join(amplitudes, ","));
  std::optional<Undoing> undoing;
  collectively(comm, [&] {
    DeformationField field(model.deformed(place), grid);
    undoing.emplace(Undoing{std::move(model), place, std::move(field)});
  });
  return undoing;
}

// From what was inserted into `slab`, of `images`, to the map in real space. Collective.
void finish_map(const Communicator& comm, const ReconstructOptions& o, const ParticleSet& set,
                const PoseSource& poses, const std::optional<Undoing>& undoing, double max_radius,
                std::int64_t images, FourierSlab& slab, SlabFft& fft) {
  std::vector<double> values;
  if (undoing) {
    const CentralSlices weights = shared_weights(comm, slab, max_radius);
    values = back_projected(comm, set, poses,
                            {undoing->model, undoing->place, undoing->field, o.regularisation, max_radius},
                            weights, images, !o.common.quiet);
  }
  slab.divide(images, o.regularisation, max_radius);
  fft.backward();
  if (undoing) put_in(values, undoing->field, set.grid, fft);
}

// Writes the map of each half and leaves their sum in `slab`. Collective.
InsertionCounts insert_halves(const Communicator& comm, const ReconstructOptions& o, const ParticleSet& set,
                              const PoseSource& poses, const std::optional<Undoing>& undoing,
                              double max_radius, const std::array<double, 3>& origin, FourierSlab& slab) {
  const std::vector<std::uint8_t> halves = halves_of(comm, set, poses.match.rows);
  InsertionCounts all;
  for (const int half : {1, 2}) {
    SlabFft fft(comm, slab.side());
    FourierSlab part(fft.side(), fft.first_plane(), fft.plane_count(), fft.spectrum());
    const RowMatch match = half_of(poses.match, halves, half);
    const PoseSource own{poses.table, match, poses.with_outliers};
    const InsertionCounts counts = insert_images(comm, set, own, max_radius, fft, part, !o.common.quiet);
    if (counts.used == 0)
      throw Error(fmt::format("no particle of half {} has a pose and a readable image", half));
    slab.add(part);
    finish_map(comm, o, set, own, undoing, max_radius, counts.used, part, fft);
    write_map(comm, beside_map(o, fmt::format("_half{}.mrc", half)), set.grid, 0, fft, origin);
    all.used += counts.used;
    all.outliers += counts.outliers;
    all.unusable += counts.unusable;
    all.without_pose += counts.without_pose;
  }
  all.without_pose -= set.size();  // each half lacks the rows of the other
  return all;
}

}  // namespace

ExitCode reconstruct_command(const Invocation& invocation, cli::ReconstructOptions& o) {
  const Communicator& comm = invocation.comm;
  ResultTable table = ResultTable::open(comm, o.alignment, ResultTable::Access::read);
  o.source = source_as_stored(comm, o.source, invocation.options, {o.alignment, table});
  const ParticleSet set = open_particles(comm, o.source);
  require_kept(comm, invocation.options, set.stacks);
  RowMatch match = match_particles(comm, set.file, equal_share(comm, set.size()), {o.alignment, table},
                                   o.matching.accept_mismatch);
  keep_selected(comm, selected_rows(comm, {o.alignment, table}, o.selection, o.matching.accept_mismatch),
                match);
  require_particles(o, match);
  const double max_radius = radius_of(o, set.grid);
  describe(o, set, match, comm.size());
  // Before the work, not after it.
  if (!o.reference.empty())
    collectively(comm, [&] { require_same_box(o.reference, StackReader(o.reference).header(), set.grid); });
  if (!o.mask.empty()) require_mask(comm, o.mask, set.grid);
  if (!o.modes_file.empty())
    require_modes_of(comm, o.alignment, table.provenance(), o.modes_file, o.matching.accept_mismatch);
  if (o.common.dry_run) {
    table.close();
    return done;
  }
  const std::array<double, 3> origin = origin_of(comm, o, set.grid);
  SlabFft fft(comm, oversampling * set.grid.size);
  FourierSlab slab(fft.side(), fft.first_plane(), fft.plane_count(), fft.spectrum());
  const PoseSource poses{table, match, o.with_outliers};
  const std::optional<Undoing> undoing = undoing_of(comm, o, poses, set.grid);
  const InsertionCounts counts =
      o.halves ? insert_halves(comm, o, set, poses, undoing, max_radius, origin, slab)
               : insert_images(comm, set, poses, max_radius, fft, slab, !o.common.quiet);
  if (counts.used == 0)
    throw Error(
        fmt::format("none of the {} particles of {} has a pose in {} and a readable image: align them "
                    "first{}",
                    set.size(), o.source.path, o.alignment,
                    counts.outliers > 0 ? ", or use the outliers (--with-outliers)" : ""));
  finish_map(comm, o, set, poses, undoing, max_radius, counts.used, slab, fft);
  table.close();
  write_map(comm, o.output, set.grid, o.mask_radius, fft, origin);
  report(o, match, counts);
  if (o.halves)
    write_half_map_outputs(comm, {.stem = beside_map(o, ""),
                                  .grid = set.grid,
                                  .mask = {o.mask_radius, o.mask},
                                  .b_factor = o.b_factor,
                                  .seed = o.common.seed,
                                  .local = o.local_resolution,
                                  .local_radius = o.local_window,
                                  .local_step = o.local_step,
                                  .show_progress = !o.common.quiet});
  if (!o.reference.empty()) {
    const auto correlation = correlation_of_maps(comm, o.output, o.reference, set.grid);
    if (comm.root()) print_correlation(correlation, set.grid);
  }
  return done;
}

}  // namespace elastem
