#include <cstdio>
#include <optional>

#include <spdlog/spdlog.h>

#include "cli/train_options.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/model_input.hpp"
#include "mpi/commands/particle_set.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/training/trainer.hpp"

namespace elastem {
namespace {

using cli::TrainOptions;
constexpr int stopped_on_request = 3;

Provenance provenance_of(const Invocation& invocation, const TrainOptions& o, const ParticleSet& particles) {
  const Communicator& comm = invocation.comm;
  // How long to train is not what: a training may be gone on with for more epochs or minutes.
  std::vector<std::string> options = o.effective;
  std::erase_if(options, [](const std::string& option) {
    return option.starts_with("epochs=") || option.starts_with("minutes=") ||
           option.starts_with("threads=") || option.starts_with("save-seconds=");
  });
  Provenance provenance = make_provenance(comm, invocation.command_line, options, o.common.seed);
  provenance.inputs = particle_fingerprints(comm, particles);
  for (const auto& [role, path] : {std::pair("modes", o.modes_file), std::pair("labels", o.labels)}) {
    std::string fingerprint;
    collectively(comm, [&, role = role, path = path] {
      if (comm.root()) fingerprint = input_fingerprint(role, path);
    });
    comm.broadcast(fingerprint);
    provenance.inputs.push_back(fingerprint);
  }
  return provenance;
}

/// The checkpoint of an earlier run, read by rank 0.
Checkpoint stored_training(const Communicator& comm, const std::string& path, const Provenance& provenance) {
  std::string bytes;
  collectively(comm, [&] {
    if (comm.root()) bytes = file_bytes(path);
  });
  comm.broadcast(bytes);
  return collectively_get(comm, [&] {
    Checkpoint state = parse_checkpoint(bytes, path);
    Provenance stored;
    stored.options = state.options;
    stored.inputs = state.inputs;
    stored.seed = state.seed;
    require_same_run(stored, provenance, path);
    return state;
  });
}

TrainingOptions training_options(const TrainOptions& o) {
  TrainingOptions options;
  options.epochs = o.epochs;
  options.minutes = o.minutes;
  options.batch = o.batch;
  options.stream = o.stream;
  options.particles = o.particles;
  options.datadir = o.datadir;
  options.inverted = o.invert;
  options.output = o.output;
  options.save_seconds = o.save_seconds;
  options.report = !o.common.quiet;
  return options;
}

void describe(const TrainOptions& o, const TrainingSet& set, const Checkpoint& state, int ranks) {
  spdlog::info(
      "train: {} labelled particles, {} more set aside for validation; network '{}', {} weights, modes {}; "
      "batches of {}, {:.0f} % of them synthetic; {} ranks",
      set.all_training, set.all_validation, state.architecture.name, state.weights.size(),
      format_number_list(state.modes), o.batch, 100 * o.stream, ranks);
  if (!state.history.empty())
    spdlog::info("train: going on from epoch {}, {:.0f} images", state.epoch, state.images);
}

void summarise(const std::string& output, const Checkpoint& state) {
  spdlog::info("train: {:.0f} images in {} epochs, {:.1f} s; wrote {}", state.images, state.epoch,
               state.seconds, output);
  if (state.errors.amplitudes.empty()) return;
  std::string amplitudes;
  for (std::size_t k = 0; k < state.modes.size(); ++k)
    amplitudes +=
        fmt::format("{}mode {}: {:.1f} Å", k ? ", " : "", state.modes[k], state.errors.amplitudes[k]);
  spdlog::info(
      "train: root mean square errors of the validation particles: {}; rotations {:.0f}°, {:.0f}°, {:.0f}°; "
      "shifts {:.1f} Å, {:.1f} Å",
      amplitudes, state.errors.rotation[0], state.errors.rotation[1], state.errors.rotation[2],
      state.errors.shift[0], state.errors.shift[1]);
}

}  // namespace

int train_command(const Invocation& invocation) {
  const Communicator& comm = invocation.comm;
  std::string help;
  const auto parsed = cli::parse_train_options(invocation.arguments, help);
  if (!parsed) {
    if (comm.root()) std::fputs(help.c_str(), stdout);
    return 0;
  }
  const TrainOptions& o = *parsed;
  use_torch_threads(o.threads);
  const ParticleSet particles =
      open_particles(comm, o.particles, o.datadir, defocus_sign(o.negative_defocus), o.invert);
  const Provenance provenance = provenance_of(invocation, o, particles);
  const Output output = decide_output(comm, o.output, o.common.resume, o.common.overwrite);
  const TrainingSet set =
      load_training_set(comm, particles.file, o.particles, o.labels, o.validation, o.common.seed);
  const ElasticModel model = read_model(comm, o.modes_file, format_number_list(set.modes), o.atom_model);

  const Architecture architecture{o.architecture, static_cast<int>(set.modes.size())};
  const Schedule schedule{o.learning_rate, o.warm_up, o.schedule == "cosine"};
  Checkpoint state = output == Output::resume
                         ? stored_training(comm, o.output, provenance)
                         : new_training(comm, set, architecture, schedule, o.common.seed);
  state.options = provenance.options;
  state.inputs = provenance.inputs;
  describe(o, set, state, comm.size());
  const TrainingOptions options = training_options(o);
  if (o.common.dry_run) {
    spdlog::info("train: dry run: {:.1f} MiB of weights and optimiser on each rank; nothing was written",
                 static_cast<double>(4 * state.weights.size() * sizeof(float)) / (1 << 20));
    return 0;
  }
  std::optional<SyntheticStream> stream;
  if (o.stream > 0)
    stream.emplace(model, set.grid, measure_stream(comm, set, model, state.scaling, options), o.common.seed);

  watch_stop_signals();
  const bool finished = train(comm, set, stream ? &*stream : nullptr, options, state);
  summarise(o.output, state);
  if (finished) return 0;
  spdlog::warn("train: stopped on request; the same command with --resume goes on from here");
  return stopped_on_request;
}

}  // namespace elastem
