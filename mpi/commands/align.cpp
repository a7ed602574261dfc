#include <algorithm>
#include <limits>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "core/stage_times.hpp"
#include "mpi/alignment/alignment_finish.hpp"
#include "mpi/alignment/anchors.hpp"
#include "mpi/alignment/calibration.hpp"
#include "mpi/alignment/contrast_check.hpp"
#include "mpi/alignment/fit_warnings.hpp"
#include "mpi/alignment/noise_estimate.hpp"
#include "mpi/alignment/particle_aligner.hpp"
#include "mpi/alignment/queue_stages.hpp"
#include "mpi/alignment/rebase.hpp"
#include "mpi/alignment/stored_motion.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/pass_provenance.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/particles/particle_pass.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/run/output.hpp"
#include "mpi/run/run_files.hpp"
#include "options/align_options.hpp"

namespace elastem {

namespace {

using cli::AlignOptions;

std::int64_t particle_count(const AlignOptions& o, const ParticleSet& set) {
  if (o.limit > set.size()) {
    throw Error(fmt::format("option --limit: {}, but {} holds {}", o.limit, set.path,
                            counted(set.size(), "particle")));
  }
  return o.limit > 0 ? o.limit : set.size();
}

void check_poses(const AlignOptions& o, const ParticleSet& set) {
  if (o.local && !set.has_poses) {
    throw Error("option --local: " + set.path +
                " has no angles (rlnAngleRot, rlnAngleTilt, rlnAnglePsi); leave --local out to search them");
  }
  if (!o.local && set.has_poses) {
    spdlog::info("the poses of {} are not used; --local would start from them", set.path);
  }
}

// What the images are too small for.
void check_sizes(const AlignOptions& o, const ParticleSet& set, std::int64_t count) {
  double side = std::numeric_limits<double>::infinity();
  const std::vector<bool> used = used_grids(set, count);
  for (std::size_t g = 0; g < used.size(); ++g)
    if (used[g]) side = std::min(side, set.grids[g].size * set.grids[g].pixel_size);
  const auto at_most_half = [&](const char* option, double value) {
    if (value > side / 2)
      cli::refuse_option(option,
                         fmt::format("{:g} Å is more than half a box of {:.4g} Å; give less", value, side));
  };
  at_most_half("max-resolution", o.alignment.max_resolution);
  at_most_half("search-resolution", o.alignment.search_resolution);
  at_most_half("shift-range", o.alignment.shift_range);
  if (o.local) at_most_half("local-shift", o.alignment.local_shift);
}

void describe(const Communicator& comm, const AlignOptions& o, const ParticleSet& set,
              const ElasticModel& model, std::int64_t count) {
  if (!comm.root()) return;
  spdlog::info("{} of {}, {}, modes {}", counted(count, "particle"),
               set.grids.size() == 1
                   ? fmt::format("{}² pixels of {:.4g} Å", set.grid.size, set.grid.pixel_size)
                   : std::to_string(set.grids.size()) + " boxes and pixel sizes",
               counted(model.atom_count(), "atom"), format_number_list(model.mode_numbers));
  for (std::size_t g = 0; g < set.grids.size(); ++g) {
    const auto particles = set.spread_rows(g, count, count).size();
    if (set.grids.size() > 1)
      spdlog::info("  {} of {}² pixels of {:.4g} Å", counted(particles, "particle"), set.grids[g].size,
                   set.grids[g].pixel_size);
    const double side = set.grids[g].size * set.grids[g].pixel_size;
    if (particles > 0 && o.mask_diameter > side)
      spdlog::warn("--mask-diameter {:g} Å is more than a box of {:.4g} Å: it masks the corners at most",
                   o.mask_diameter, side);
  }
}

void estimate(const Communicator& comm, const ElasticModel& model, const ParticleSet& set,
              const PerGrid<NoiseSpectrum>& noise, const PerGrid<NodeLibrary>& libraries,
              const AlignOptions& o, std::int64_t count) {
  collectively(comm, [&] {
    if (!comm.root()) return;
    ParticleAligner worker(model, set, noise, libraries, o);
    const double start = MPI_Wtime();
    const std::int64_t trials = std::min<std::int64_t>(count, 3);
    for (std::int64_t i = 0; i < trials; ++i) worker.align(i);
    const double seconds = (MPI_Wtime() - start) / static_cast<double>(trials);
    spdlog::info("dry run: {} at {:.0f} ms each: about {:.0f} s on {}{}; nothing was written",
                 counted(count, "particle"), 1e3 * seconds,
                 seconds * static_cast<double>(count) / comm.size(), counted(comm.size(), "rank"),
                 o.rebase == cli::Rebase::automatic ? ", and on top the time of --rebase auto" : "");
  });
}

/// The libraries of the pose search, and how much memory they take. Collective.
PerGrid<NodeLibrary> described_libraries(const Communicator& comm, const AlignOptions& o,
                                         const ElasticModel& model, const ParticleSet& set,
                                         std::int64_t count) {
  PerGrid<NodeLibrary> libraries = make_pose_libraries(comm, model, set, used_grids(set, count), o);
  if (!o.local)
    spdlog::info("{:.0f} MiB of reference projections on each node",
                 static_cast<double>(bytes_of(libraries)) / (1 << 20));
  return libraries;
}

/// The table of the run, and what was measured before it, which stands in it. Collective.
ResultTable open_table(const Communicator& comm, const AlignOptions& o, std::int64_t count,
                       const ElasticModel& model, const ParticleSet& set, const Provenance& provenance,
                       Calibration& calibration, StageTimes& times) {
  const auto contents = [&] {
    calibration = calibrate(comm, model, set, o, count);
    times.lap("calibration");
    TableContents made{.fits = true,
                       .prior = o.learn_prior,
                       .key_length = set.longest_key,
                       .vectors = calibration.stored(set)};
    made.vectors.push_back(stored_pixel_sizes(pixel_sizes(set)));
    for (auto& vector : room_for_motion(model.modes.size(), model.atom_count()))
      made.vectors.push_back(std::move(vector));
    return made;
  };
  const auto resumed = [&](const ResultTable& table) {
    calibration = Calibration::load(table, o.output, used_grids(set, count));
  };
  ResultTable table = open_pass_table(
      comm, {o.output, o.common.resume, o.common.overwrite, count, model.mode_numbers, provenance}, contents,
      resumed);
  times.lap("table");
  return table;
}

QueueSummary align_all(const Communicator& comm, const AlignOptions& o, ResultTable& table,
                       ParticleAligner& worker, StageTimes& times) {
  QueueOptions options;
  options.show_progress = !o.common.quiet;
  const PassSummary summary =
      run_pass(comm, table, options, {.result_of = [&](std::int64_t i) { return worker.align(i); }});
  times.lap("alignment");
  TimeParts parts = parts_of(worker.times());
  parts.emplace_back("writing", summary.writing);
  add_parts(comm, parts, summary.queue.done, times);
  return summary.queue;
}

/// The modes that the run makes: learnt from the images, or those of several files together; none where a
/// stop was asked for. Collective.
std::optional<ElasticModel> own_model(const Communicator& comm, const AlignOptions& o, const ParticleSet& set,
                                      std::int64_t count) {
  if (o.rebase == cli::Rebase::off)
    return with_anchors(comm, read_model(comm, o.modes_file, o.modes, o.atom_model), o.modes_file, o.anchors);
  auto [wide, chosen] = read_wide_model(comm, o.modes_file, o.modes, o.atom_model);
  if (!o.anchors.empty()) {
    wide = with_anchors(comm, wide, o.modes_file, o.anchors);
    chosen += static_cast<Eigen::Index>(o.anchors.size());
  }
  std::optional<Rebased> rebased = rebase(comm, wide, chosen, set, o, count);
  if (!rebased) return std::nullopt;
  if (rebased->rounds == 0) spdlog::info("the modes stay as they were");
  return std::move(rebased->model);
}

/// Where the run makes modes: writes them to a file that it then takes; the one that is there where a run is
/// resumed. False where a stop was asked for. Collective.
bool make_modes(const Invocation& invocation, AlignOptions& o, const ParticleSet& set, std::int64_t count) {
  const Communicator& comm = invocation.comm;
  const std::string path = made_modes(o);
  const Output table = decide_output(comm, o.output, o.common.resume, o.common.overwrite);
  const Output output = decide_output(comm, path, o.common.resume, o.common.overwrite);
  if (table == Output::resume && output != Output::resume)
    throw Error(
        fmt::format("{0} cannot be resumed with modes of its own: --rebase was off and one --modes-file was "
                    "given, or {1} is gone; "
                    "repeat the earlier options, or start anew with --overwrite",
                    o.output, path));
  Provenance provenance = pass_provenance(invocation, o.common.seed, set, o.modes_file);
  for (std::size_t i = 0; i < o.anchors.size(); ++i)
    add_inputs(comm, {{fmt::format("known_conformation_{}", i + 2), o.anchors[i]}}, provenance);
  if (output == Output::resume) {
    on_root(comm, [&] { require_same_run(modes_provenance(path), provenance, path); });
  } else {
    const std::optional<ElasticModel> model = own_model(comm, o, set, count);
    if (!model) return false;
    write_rebased(comm, path, o.modes_file, *model, provenance);
    spdlog::info("wrote {}: {}, for this and all further commands", path,
                 counted(model->mode_count(), "mode"));
  }
  o.modes_file = path;
  o.modes.clear();
  return true;
}

/// The modes that a dry run is of, and what it says of those that the run would make. Collective.
ElasticModel planned_model(const Communicator& comm, const AlignOptions& o) {
  const ElasticModel model = read_model(comm, o.modes_file, o.modes, o.atom_model);
  if (!makes_modes(o)) return model;
  spdlog::info("dry run: {} and {} would be written; the latter has the modes of this and further commands",
               o.output, made_modes(o));
  if (o.rebase == cli::Rebase::off) return with_anchors(comm, model, o.modes_file, o.anchors);
  spdlog::info(
      "dry run: reference and modes would first be learnt from a sample of the particles; what follows is of "
      "the modes of {}",
      o.modes_file);
  return model;
}

}  // namespace

ExitCode align_command(const Invocation& invocation, const AlignOptions& given) {
  const Communicator& comm = invocation.comm;
  StageTimes times;
  AlignOptions o = given;
  const ParticleSet set = open_particles(comm, o.source, {.several_boxes = true});
  require_kept(comm, invocation.options, set.stacks);
  const std::int64_t count = particle_count(o, set);
  check_poses(o, set);
  check_sizes(o, set, count);
  if (makes_modes(o) && !o.common.dry_run) {
    watch_stop_signals();
    if (!make_modes(invocation, o, set, count)) return stopped_on_request;
    times.lap("modes");
  }
  const ElasticModel model =
      o.common.dry_run ? planned_model(comm, o) : read_model(comm, o.modes_file, o.modes, o.atom_model);
  describe(comm, o, set, model, count);
  warn_of_local_modes(comm, o.modes_file, model);
  times.lap("reading");
  if (o.common.dry_run) {
    const PerGrid<NodeLibrary> libraries = described_libraries(comm, o, model, set, count);
    const PerGrid<NoiseSpectrum> noise = background_noises(comm, set, used_grids(set, count), count);
    warn_of_contrast(comm, model, set, noise, o, count);
    estimate(comm, model, set, noise, libraries, o, count);
    return done;
  }
  const Provenance provenance = pass_provenance(invocation, o.common.seed, set, o.modes_file);
  watch_stop_signals();
  Calibration calibration;
  ResultTable table = open_table(comm, o, count, model, set, provenance, calibration, times);
  AlignOptions calibrated = o;
  calibrated.alignment.prior = calibration.prior;
  const PerGrid<NodeLibrary> libraries = described_libraries(comm, calibrated, model, set, count);
  times.lap("library");
  std::optional<ParticleAligner> worker;
  collectively(comm, [&] {
    worker.emplace(model, set, calibration.noise, libraries, calibrated, calibration.misfits);
  });
  const QueueSummary summary = align_all(comm, o, table, *worker, times);
  log_pass(comm, table, summary, "aligned");
  if (o.local) warn_of_strayed(comm, o, *worker, summary.done);
  if (!summary.stopped) finish_alignment(comm, table, o.learn_prior);
  times.lap("finishing");
  table.close(times.text());
  spdlog::info("time of rank 0: {}", times.text());
  return summary.stopped ? stopped_on_request : done;
}

}  // namespace elastem
