#include <algorithm>
#include <cstdio>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "core/stage_times.hpp"
#include "mpi/alignment/alignment_finish.hpp"
#include "mpi/alignment/contrast_check.hpp"
#include "mpi/alignment/noise_estimate.hpp"
#include "mpi/alignment/particle_aligner.hpp"
#include "mpi/alignment/queue_stages.hpp"
#include "mpi/comm/queue_report.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/run/output.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/align_options.hpp"

namespace elastem {

namespace {

using cli::AlignOptions;

constexpr int stopped_on_request = 3;

std::int64_t particle_count(const AlignOptions& o, const ParticleSet& set) {
  if (o.limit > set.size()) {
    throw Error("option --limit: " + std::to_string(o.limit) + ", but " + set.path + " holds " +
                std::to_string(set.size()) + " particles");
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

void describe(const Communicator& comm, const AlignOptions& o, const ParticleSet& set,
              const ElasticModel& model, std::int64_t count) {
  if (!comm.root()) return;
  spdlog::info("{} particles of {}, {} atoms, modes {}", count,
               set.grids.size() == 1
                   ? fmt::format("{}² pixels of {:.4g} Å", set.grid.size, set.grid.pixel_size)
                   : std::to_string(set.grids.size()) + " boxes and pixel sizes",
               model.atom_count(), format_number_list(model.mode_numbers));
  for (std::size_t g = 0; g < set.grids.size(); ++g) {
    const auto particles = set.spread_rows(g, count, count).size();
    if (set.grids.size() > 1)
      spdlog::info("  {} particles of {}² pixels of {:.4g} Å", particles, set.grids[g].size,
                   set.grids[g].pixel_size);
    const double side = set.grids[g].size * set.grids[g].pixel_size;
    if (particles > 0 && o.mask_diameter > side)
      spdlog::warn("--mask-diameter {:g} Å is more than a box of {:.4g} Å: it masks the corners at most",
                   o.mask_diameter, side);
  }
}

using Noise = PerGrid<NoiseSpectrum>;

/// "noise_spectrum" of the first grid, "noise_spectrum_2" and so on of the others.
std::string noise_name(std::size_t grid) {
  return grid == 0 ? "noise_spectrum" : "noise_spectrum_" + std::to_string(grid + 1);
}

/// What the background says; white where none of a grid's particles can be read. Collective.
Noise background_noises(const Communicator& comm, const ParticleSet& set, const std::vector<bool>& used,
                        std::int64_t count) {
  Noise noise(set.grids.size());
  bool readable = false;
  for (std::size_t g = 0; g < noise.size(); ++g) {
    if (!used[g]) continue;
    noise[g] = background_noise(comm, set, count, g);
    readable = readable || noise[g];
    if (!noise[g]) noise[g].emplace(static_cast<std::size_t>(set.grids[g].size / 2 + 1), 1.0);
  }
  if (!readable) refuse_unreadable(set);
  return noise;
}

/// What the residuals of a sample say, which is aligned with the noise of the background. Collective.
Noise residual_noise(const Communicator& comm, const ElasticModel& model, const ParticleSet& set,
                     const Noise& first, const PerGrid<NodeLibrary>& libraries, const AlignOptions& o,
                     std::int64_t count) {
  std::optional<ParticleAligner> worker;
  collectively(comm, [&] { worker.emplace(model, set, first, libraries, o); });
  Noise noise(first);
  for (std::size_t g = 0; g < noise.size(); ++g) {
    if (!first[g]) continue;
    const auto rows = residual_sample(set, count, g);
    spdlog::info("noise: from the residuals of {} particles of {}² pixels", rows.size(), set.grids[g].size);
    noise[g] = refine_noise(comm, *first[g], rows, [&](std::int64_t i) { return worker->residual(i); });
  }
  return noise;
}

void store_noise(ResultTable& table, const ParticleSet& set, const Noise& noise) {
  for (std::size_t g = 0; g < noise.size(); ++g) {
    if (!noise[g]) continue;
    table.store_vector(
        noise_name(g), *noise[g], "1",
        fmt::format("E|N|² of an image's unnormalised transform, a value a shell 0 … S/2; images of {}² "
                    "pixels of {:.6g} Å",
                    set.grids[g].size, set.grids[g].pixel_size));
  }
}

/// None where the run was killed before it had stored all.
std::optional<Noise> load_noise(const ResultTable& table, const ParticleSet& set,
                                const std::vector<bool>& used) {
  Noise noise(set.grids.size());
  for (std::size_t g = 0; g < noise.size(); ++g) {
    if (!used[g]) continue;
    noise[g] = table.load_vector(noise_name(g));
    if (noise[g]->empty()) return std::nullopt;
  }
  return noise;
}

void estimate(const Communicator& comm, const ElasticModel& model, const ParticleSet& set, const Noise& noise,
              const PerGrid<NodeLibrary>& libraries, const AlignOptions& o, std::int64_t count) {
  collectively(comm, [&] {
    if (!comm.root()) return;
    ParticleAligner worker(model, set, noise, libraries, o);
    const double start = MPI_Wtime();
    const std::int64_t trials = std::min<std::int64_t>(count, 3);
    for (std::int64_t i = 0; i < trials; ++i) worker.align(i);
    const double seconds = (MPI_Wtime() - start) / static_cast<double>(trials);
    spdlog::info("dry run: {} particles at {:.0f} ms each: about {:.0f} s on {} ranks; nothing was written",
                 count, 1e3 * seconds, seconds * static_cast<double>(count) / comm.size(), comm.size());
  });
}

/// The noise of a set, after a look at its contrast. Collective.
Noise noise_of(const Communicator& comm, const ElasticModel& model, const ParticleSet& set,
               const PerGrid<NodeLibrary>& libraries, const AlignOptions& o, std::int64_t count) {
  const Noise first = background_noises(comm, set, used_grids(set, count), count);
  warn_of_contrast(comm, model, set, first, o, count);
  return residual_noise(comm, model, set, first, libraries, o, count);
}

/// A table that goes on, or a new one with the noise of the set in it. Collective.
ResultTable open_table(const Communicator& comm, const AlignOptions& o, std::int64_t count,
                       const ElasticModel& model, const ParticleSet& set,
                       const PerGrid<NodeLibrary>& libraries, const Provenance& provenance, Noise& noise,
                       StageTimes& times) {
  if (decide_output(comm, o.output, o.common.resume, o.common.overwrite) == Output::resume) {
    ResultTable table = ResultTable::open(comm, o.output, ResultTable::Access::write);
    collectively(comm, [&] { require_same_run(table.provenance(), provenance, o.output); });
    if (auto stored = load_noise(table, set, used_grids(set, count))) {
      noise = std::move(*stored);
      times.lap("table");
      return table;
    }
    noise = noise_of(comm, model, set, libraries, o, count);
    store_noise(table, set, noise);
    times.lap("noise");
    return table;
  }
  noise = noise_of(comm, model, set, libraries, o, count);
  times.lap("noise");
  ResultTable table = ResultTable::create(comm, o.output, count, model.mode_numbers, provenance,
                                          TableContents{.fits = true, .prior = o.learn_prior});
  store_noise(table, set, noise);
  times.lap("table");
  return table;
}

QueueSummary align_all(const Communicator& comm, const AlignOptions& o, ResultTable& table,
                       ParticleAligner& worker, StageTimes& times) {
  std::vector<Range> pending;
  collectively(comm, [&] {
    if (!comm.root()) return;
    const auto states = table.states();
    pending = runs_where(table.size(), [&](std::int64_t i) {
      return states[static_cast<std::size_t>(i)] == ParticleState::pending;
    });
  });
  std::vector<ParticleResult> rows;
  double writing = 0;
  QueueOptions options;
  options.show_progress = !o.common.quiet;
  QueueSummary summary = run_queue(
      comm, pending, options, [&](std::int64_t i) { rows.push_back(worker.align(i)); },
      [&](Range chunk) {
        const TimedScope watch(writing);
        table.write(chunk.first, rows);
        rows.clear();
      });
  times.lap("alignment");
  TimeParts parts = parts_of(worker.times());
  parts.emplace_back("writing", writing);
  add_parts(comm, parts, summary.done, times);
  return summary;
}

/// Counts the rows by state and reason, each rank a part of the table. Collective.
void summarise(const Communicator& comm, const ResultTable& table, const QueueSummary& summary) {
  std::vector<std::int64_t> counts(failure_names().size() + 1, 0);  // by reason; at the end the pending ones
  std::vector<double> score(1, 0.0);
  collectively(comm, [&] {
    constexpr std::int64_t block = 4096;
    for (std::int64_t first = comm.rank() * block; first < table.size(); first += comm.size() * block) {
      for (const auto& row : table.read(first, std::min(block, table.size() - first))) {
        const bool pending = row.state == ParticleState::pending;
        ++counts[pending ? counts.size() - 1 : static_cast<std::size_t>(row.reason)];
        if (row.state == ParticleState::done) score[0] += row.score;
      }
    }
  });
  comm.sum(std::span<std::int64_t>(counts));
  comm.sum(std::span<double>(score));
  if (!comm.root()) return;
  spdlog::info("{} particles aligned, mean score {:.3f}; {} in this run, {:.2f} s on {} ranks", counts[0],
               score[0] / std::max<double>(1, static_cast<double>(counts[0])), summary.done, summary.seconds,
               comm.size());
  for (std::size_t reason = 1; reason + 1 < counts.size(); ++reason) {
    if (counts[reason] > 0) spdlog::warn("{} particles failed: {}", counts[reason], failure_names()[reason]);
  }
  for (const auto& line : queue_report(summary, "particles")) spdlog::info("{}", line);
}

}  // namespace

int align_command(const Invocation& invocation) {
  const Communicator& comm = invocation.comm;
  std::string help;
  const auto options = cli::parse_align_options(invocation.arguments, help);
  if (!options) {
    if (comm.root()) std::fputs(help.c_str(), stdout);
    return 0;
  }
  const AlignOptions& o = *options;
  StageTimes times;
  const ElasticModel model = read_model(comm, o.modes_file, o.modes, o.atom_model);
  const ParticleSet set = open_particles(comm, o.particles, o.datadir, defocus_sign(o.negative_defocus),
                                         o.invert, ParticleSurvey::Boxes::several);
  const std::int64_t count = particle_count(o, set);
  check_poses(o, set);
  describe(comm, o, set, model, count);
  times.lap("reading");
  const PerGrid<NodeLibrary> libraries = make_pose_libraries(comm, model, set, used_grids(set, count), o);
  if (!o.local)
    spdlog::info("{:.0f} MiB of reference projections on each node",
                 static_cast<double>(bytes_of(libraries)) / (1 << 20));
  if (o.common.dry_run) {
    const Noise noise = background_noises(comm, set, used_grids(set, count), count);
    warn_of_contrast(comm, model, set, noise, o, count);
    estimate(comm, model, set, noise, libraries, o, count);
    return 0;
  }
  Provenance provenance = make_provenance(comm, invocation.command_line, o.effective, o.common.seed);
  provenance.inputs = particle_fingerprints(comm, set);
  add_inputs(comm, {{"modes", o.modes_file}}, provenance);

  watch_stop_signals();
  times.lap("library");
  Noise noise;
  ResultTable table = open_table(comm, o, count, model, set, libraries, provenance, noise, times);
  std::optional<ParticleAligner> worker;
  collectively(comm, [&] { worker.emplace(model, set, noise, libraries, o); });
  const QueueSummary summary = align_all(comm, o, table, *worker, times);
  summarise(comm, table, summary);
  if (!summary.stopped) finish_alignment(comm, table, o.learn_prior);
  times.lap("finishing");
  table.close(times.text());
  spdlog::info("time of rank 0: {}", times.text());
  if (!summary.stopped) return 0;
  spdlog::warn("stopped on request; the same command with --resume goes on from here");
  return stopped_on_request;
}

}  // namespace elastem
