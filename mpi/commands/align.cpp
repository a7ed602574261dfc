#include <cstdio>
#include <map>
#include <optional>

#include <spdlog/spdlog.h>

#include "alignment/aligner.hpp"
#include "cli/align_options.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/commands/alignment_finish.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/model_input.hpp"
#include "mpi/commands/particle_set.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

namespace {

using cli::AlignOptions;

constexpr int stopped_on_request = 3;
constexpr const char* noise_name = "noise_spectrum";

AlignmentOptions alignment_options(const AlignOptions& o) {
  AlignmentOptions options;
  options.amplitude_range = o.amplitude_range;
  options.shift_range = o.shift_range;
  options.max_resolution = o.max_resolution;
  options.angular_step = o.angular_step;
  options.search_resolution = o.search_resolution;
  options.candidates = o.candidates;
  options.finalists = o.finalists;
  options.library_memory = static_cast<std::size_t>(o.library_memory_mib * (1 << 20));
  options.defocus_spread = o.defocus_spread;
  options.local_angle = o.local_angle;
  options.local_shift = o.local_shift;
  return options;
}

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

/// One rank's work: a particle in, a row out. A bad particle is a failed row.
class ParticleAligner {
 public:
  ParticleAligner(const ElasticModel& model, const ParticleSet& set, const NoiseSpectrum& noise,
                  const AlignOptions& o)
      : model_(&model), local_(o.local), stream_(set) {
    const AlignmentOptions options = alignment_options(o);
    if (!local_) library_.emplace(model, set.grid, search_options(model, set.grid, options));
    aligner_.emplace(model, set.grid, noise, options, local_ ? nullptr : &**library_);
  }

  std::size_t library_bytes() const { return library_ ? (*library_)->bytes() : 0; }

  ParticleResult align(std::int64_t i) {
    FailureReason reason;
    const Particle& particle = stream_.read(i, image_, reason);
    if (reason != FailureReason::none) return failed_result(model_->mode_count(), reason);
    return local_ ? aligner_->refine_near(image_, particle.ctf, particle.pose)
                  : aligner_->align(image_, particle.ctf);
  }

 private:
  const ElasticModel* model_;
  bool local_;
  ParticleStream stream_;
  std::optional<OwnPoseLibrary> library_;
  std::optional<Aligner> aligner_;
  Image image_;
};

void estimate(const Communicator& comm, const ElasticModel& model, const ParticleSet& set,
              const NoiseSpectrum& noise, const AlignOptions& o, std::int64_t count) {
  collectively(comm, [&] {
    if (!comm.root()) return;
    ParticleAligner worker(model, set, noise, o);
    const double start = MPI_Wtime();
    const std::int64_t trials = std::min<std::int64_t>(count, 3);
    for (std::int64_t i = 0; i < trials; ++i) worker.align(i);
    const double seconds = (MPI_Wtime() - start) / static_cast<double>(trials);
    spdlog::info(
        "dry run: {} particles at {:.0f} ms each: about {:.0f} s on {} ranks; {:.0f} MiB for the library "
        "on each; nothing was written",
        count, 1e3 * seconds, seconds * static_cast<double>(count) / comm.size(), comm.size(),
        static_cast<double>(worker.library_bytes()) / (1 << 20));
  });
}

ResultTable open_table(const Communicator& comm, const AlignOptions& o, std::int64_t count,
                       const ElasticModel& model, const ParticleSet& set, const Provenance& provenance,
                       NoiseSpectrum& noise) {
  if (decide_output(comm, o.output, o.common.resume, o.common.overwrite) == Output::resume) {
    ResultTable table = ResultTable::open(comm, o.output, ResultTable::Access::write);
    collectively(comm, [&] { require_same_run(table.provenance(), provenance, o.output); });
    noise = table.load_vector(noise_name);
    return table;
  }
  noise = estimate_noise(comm, set, count);
  ResultTable table = ResultTable::create(comm, o.output, count, model.mode_numbers, provenance,
                                          TableContents{.fits = true, .prior = o.learn_prior});
  table.store_vector(noise_name, noise, "1",
                     "E|N|² of an image's unnormalised transform, a value a shell 0 … S/2");
  return table;
}

QueueSummary align_all(const Communicator& comm, const AlignOptions& o, ResultTable& table,
                       ParticleAligner& worker) {
  std::vector<Range> pending;
  collectively(comm, [&] {
    if (!comm.root()) return;
    const auto states = table.states();
    pending = runs_where(table.size(), [&](std::int64_t i) {
      return states[static_cast<std::size_t>(i)] == ParticleState::pending;
    });
  });
  std::vector<ParticleResult> rows;
  QueueOptions options;
  options.show_progress = !o.common.quiet;
  return run_queue(
      comm, pending, options, [&](std::int64_t i) { rows.push_back(worker.align(i)); },
      [&](Range chunk) {
        table.write(chunk.first, rows);
        rows.clear();
      });
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
  spdlog::info(
      "{} particles aligned, mean score {:.3f}; {} in this run, {:.1f} s, {:.1f} ms each on {} ranks",
      counts[0], score[0] / std::max<double>(1, static_cast<double>(counts[0])), summary.done,
      summary.seconds,
      1e3 * summary.seconds * comm.size() / std::max<double>(1, static_cast<double>(summary.done)),
      comm.size());
  for (std::size_t reason = 1; reason + 1 < counts.size(); ++reason) {
    if (counts[reason] > 0) spdlog::warn("{} particles failed: {}", counts[reason], failure_names()[reason]);
  }
  double busy = 0;
  for (const double seconds : summary.busy_seconds) busy += seconds;
  if (summary.seconds > 0) {
    spdlog::info("the ranks were busy for {:.0f} % of the time",
                 100 * busy / (summary.seconds * comm.size()));
  }
}

/// What all particles say of each other, once all are aligned. Collective.
void finish(const Communicator& comm, const AlignOptions& o, ResultTable& table) {
  comm.barrier();  // every rank's rows are in the file
  flag_outliers(comm, table);
  if (o.learn_prior) apply_learnt_prior(comm, table);
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
  const ElasticModel model = read_model(comm, o.modes_file, o.modes, o.atom_model);
  const ParticleSet set =
      open_particles(comm, o.particles, o.datadir, defocus_sign(o.negative_defocus), o.invert);
  const std::int64_t count = particle_count(o, set);
  check_poses(o, set);
  spdlog::info("{} particles of {}² pixels of {:.4g} Å, {} atoms, modes {}", count, set.grid.size,
               set.grid.pixel_size, model.atom_count(), format_number_list(model.mode_numbers));
  if (o.common.dry_run) {
    estimate(comm, model, set, estimate_noise(comm, set, count), o, count);
    return 0;
  }
  Provenance provenance = make_provenance(comm, invocation.command_line, o.effective, o.common.seed);
  provenance.inputs = particle_fingerprints(comm, set);
  std::string modes;
  collectively(comm, [&] {
    if (comm.root()) modes = input_fingerprint("modes", o.modes_file);
  });
  comm.broadcast(modes);
  provenance.inputs.push_back(modes);

  watch_stop_signals();
  NoiseSpectrum noise;
  ResultTable table = open_table(comm, o, count, model, set, provenance, noise);
  std::optional<ParticleAligner> worker;
  collectively(comm, [&] { worker.emplace(model, set, noise, o); });
  const QueueSummary summary = align_all(comm, o, table, *worker);
  summarise(comm, table, summary);
  if (!summary.stopped) finish(comm, o, table);
  table.close();
  if (!summary.stopped) return 0;
  spdlog::warn("stopped on request; the same command with --resume goes on from here");
  return stopped_on_request;
}

}  // namespace elastem
