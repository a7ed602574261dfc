#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <optional>

#include <spdlog/fmt/fmt.h>
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
#include "mpi/reconstruction/map_making.hpp"
#include "mpi/run/run_files.hpp"
#include "mpi/selection/particle_sets.hpp"
#include "mpi/selection/row_selection.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/reconstruct_options.hpp"
#include "reconstruction/shell_correlation.hpp"
#include "report/map_series.hpp"

namespace elastem {

namespace {

using cli::beside_halves;
using cli::beside_map;
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

void print_correlation(const Communicator& comm, const std::vector<double>& correlation, ImageGrid grid) {
  if (!comm.root()) return;
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

void describe(const ReconstructOptions& o, const ParticleSet& set, const RowMatch& match, std::size_t maps,
              int ranks) {
  const double side = oversampling * set.grid.size;
  // Turned copies are made of one volume after the other, when that of the whole is not yet there.
  const double copied = !o.halves && point_group(o.symmetry).order() > 1 ? 0.5 : 0;
  const double volumes = static_cast<double>(volumes_of(maps, o.halves)) + copied;
  spdlog::info("{} of {}² pixels of {} Å into {} of {}³ voxels; {:.0f} MiB for {} on {}",
               counted(match.matched, "particle"), set.grid.size, set.grid.pixel_size, counted(maps, "map"),
               set.grid.size, volumes * side * side * side / 2 * fourier_term_bytes / (1 << 20),
               volumes == 1 ? "the Fourier volume" : "their Fourier volumes", counted(ranks, "rank"));
  if (set.grids.size() > 1)
    spdlog::info("images of {} boxes and pixel sizes, brought to that of the first", set.grids.size());
  if (o.common.dry_run) spdlog::info("dry run: nothing was written");
}

void report(const ReconstructOptions& o, const RowMatch& match, const std::vector<WantedMap>& maps,
            const InsertionCounts& counts) {
  spdlog::info("{}: {}; {} without a pose and {} with an unusable image were left out", o.output,
               counted(counts.used, "particle"), counts.without_pose - match.unselected, counts.unusable);
  const std::size_t parts = o.halves ? 2 : 1;
  for (std::size_t m = 1; m < maps.size(); ++m) {
    double particles = 0;
    for (std::size_t part = 0; part < parts; ++part) particles += counts.shares[m * parts + part];
    spdlog::info("{}: {}, {:.{}f} particles' worth", maps[m].whole.path, maps[m].title, particles,
                 particles < 10 ? 1 : 0);
  }
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

// How the maps are made. Collective.
MapMaking making_of(const Communicator& comm, const ReconstructOptions& o, ImageGrid grid, double max_radius,
                    const std::optional<ElasticModel>& model) {
  return {.max_radius = max_radius,
          .regularisation = o.regularisation,
          .symmetry = point_group(o.symmetry),
          .mask_radius = o.mask_radius,
          .compared = {o.mask_radius, o.mask},
          .seed = o.common.seed,
          .origin = origin_of(comm, o, grid),
          .motion = o.undo_motion ? &*model : nullptr,
          .place = {"--at", o.at, o.alignment},
          .show_progress = !o.common.quiet};
}

std::vector<WantedMap> wanted_maps(const ReconstructOptions& o, const ParticleSets& sets) {
  std::vector<WantedMap> maps;
  for (std::size_t m = 0; m < sets.size(); ++m) {
    const std::string path = beside_map(o.output, sets.names[m] + ".mrc");
    WantedMap& map = maps.emplace_back(WantedMap{sets.titles[m], {m == 0 ? o.output : path, "", ""}, {}});
    if (o.undo_motion && o.halves) map.whole.plain = beside_map(path, "_plain.mrc");
    for (const char* half : {"_half1.mrc", "_half2.mrc"}) {
      if (!o.halves) break;
      MapFiles& files = map.halves.emplace_back(MapFiles{beside_map(path, half), "", ""});
      if (!o.undo_motion) continue;
      files.plain = beside_map(path, std::string("_plain") + half);
      files.shuffled = beside_map(path, std::string("_shuffled") + half);
    }
  }
  return maps;
}

std::string series_script_path(const ReconstructOptions& o) {
  return beside_map(o.output, "_series.cxc");
}

// What comes beside the map of all particles, whose number shows only now.
std::vector<std::string> files_of_sets(const ReconstructOptions& o, const std::vector<WantedMap>& maps) {
  std::vector<std::string> files;
  for (std::size_t m = 1; m < maps.size(); ++m) {
    files.push_back(maps[m].whole.path);
    std::ranges::copy(beside_halves(o, maps[m].whole.path), std::back_inserter(files));
  }
  if (maps.size() > 1) files.push_back(series_script_path(o));
  return files;
}

// Collective.
void write_series_script(const Communicator& comm, const ReconstructOptions& o,
                         const std::vector<WantedMap>& maps) {
  if (maps.size() < 2) return;
  std::vector<std::string> paths;
  for (std::size_t m = 1; m < maps.size(); ++m) paths.push_back(maps[m].whole.path);
  on_root(comm, [&] {
    write_text_file(series_script_path(o), map_series_script(paths, o.states ? MapSeries::side_by_side
                                                                             : MapSeries::one_after_another));
  });
  spdlog::info("{} shows them in ChimeraX", series_script_path(o));
}

// What comes of the half maps. `seen`: the finest detail that the alignment used, Å. Collective.
void compare_halves(const Communicator& comm, const ReconstructOptions& o, const WantedMap& map,
                    const HalfCorrelation& curves, double particles, ImageGrid grid, double seen) {
  const HalfMapRequest request{.title = map.title,
                               .stem = beside_map(map.whole.path, ""),
                               .particles = particles,
                               .grid = grid,
                               .mask = {o.mask_radius, o.mask},
                               .curves = curves,
                               .b_factor = o.b_factor,
                               .seed = o.common.seed,
                               .local = o.local_resolution,
                               .local_radius = o.local_window,
                               .local_step = o.local_step,
                               .show_progress = !o.common.quiet};
  write_half_map_outputs(comm, request);
  if (o.undo_motion) write_motion_gain(comm, request, seen);
  if (!o.residual) return;
  ModesFile modes;
  on_root(comm, [&] { modes = read_modes_table(o.modes_file); });
  write_residual_peaks(comm, request, modes.structure, modes.centre);
}

}  // namespace

ExitCode reconstruct_command(const Invocation& invocation, cli::ReconstructOptions& o) {
  const Communicator& comm = invocation.comm;
  ResultTable table = ResultTable::open(comm, o.alignment, ResultTable::Access::read);
  o.source = source_as_stored(comm, o.source, invocation.options, {o.alignment, table});
  const ParticleSet set = open_particles(comm, o.source, {.several_boxes = true});
  require_kept(comm, invocation.options, set.stacks);
  RowMatch match = match_particles(comm, set.file, equal_share(comm, set.size()), {o.alignment, table},
                                   o.matching.accept_mismatch);
  keep_selected(comm, selected_rows(comm, {o.alignment, table}, o.selection, o.matching.accept_mismatch),
                match);
  require_particles(o, match);
  const auto halves = o.halves ? halves_of(comm, set, match.rows) : std::vector<std::uint8_t>();
  const ParticleSetsWanted wanted{
      o.states, o.along, o.frames, o.selection.landscape, o.matching.accept_mismatch, o.with_outliers};
  const ParticleSets sets =
      without_empty(comm, particle_sets(comm, {o.alignment, table}, match, wanted), halves);
  const std::vector<WantedMap> maps = wanted_maps(o, sets);
  check_beside(comm, invocation.options, "output", files_of_sets(o, maps));
  const double max_radius = radius_of(o, set.grid);
  require_window_of("--local-window", o.local_window, set.grid);
  describe(o, set, match, maps.size(), comm.size());
  // Before the work, not after it.
  if (!o.reference.empty())
    collectively(comm, [&] { require_same_box(o.reference, StackReader(o.reference).header(), set.grid); });
  if (!o.mask.empty()) require_mask(comm, o.mask, set.grid);
  if (!o.modes_file.empty())
    require_modes_of(comm, o.alignment, table.provenance(), o.modes_file, o.matching.accept_mismatch);
  if (!o.at.empty()) collectively(comm, [&] { assigned_values(o.at, "--at", table.modes(), o.alignment); });
  if (o.common.dry_run) {
    table.close();
    return done;
  }
  std::optional<ElasticModel> model;
  if (o.undo_motion || o.residual) model = read_model_of(comm, o.alignment, table.modes(), o.modes_file);
  const PoseSource poses{table, match, o.with_outliers, o.residual ? &*model : nullptr};
  const MadeMaps made =
      make_maps(comm, set, poses, sets.shares, halves, maps, making_of(comm, o, set.grid, max_radius, model));
  const double seen = stored_resolution(table.provenance());
  table.close();
  if (made.counts.used == 0)
    throw Error(
        fmt::format("none of the {} particles of {} has a pose in {} and a readable image: align them "
                    "first{}",
                    set.size(), o.source.path, o.alignment,
                    made.counts.outliers > 0 ? ", or use the outliers (--with-outliers)" : ""));
  report(o, match, maps, made.counts);
  for (std::size_t m = 0; m < made.curves.size(); ++m)
    compare_halves(comm, o, maps[m], made.curves[m],
                   made.counts.shares[2 * m] + made.counts.shares[2 * m + 1], set.grid, seen);
  write_series_script(comm, o, maps);
  if (!o.reference.empty())
    print_correlation(comm, correlation_of_maps(comm, o.output, o.reference, set.grid), set.grid);
  return done;
}

}  // namespace elastem
