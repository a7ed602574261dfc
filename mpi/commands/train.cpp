#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/learning/device_choice.hpp"
#include "mpi/learning/first_state.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/run/output.hpp"
#include "mpi/synthesis/recipe_input.hpp"
#include "options/synthesize_options.hpp"
#include "options/train_options.hpp"

namespace elastem {
namespace {

using cli::TrainOptions;
constexpr int stopped_on_request = 3;

/// The options of synthesize in the recipe file, for the modes file at hand.
std::optional<cli::SynthesizeOptions> recipe_options(const TrainOptions& o) {
  if (o.recipe.empty()) return std::nullopt;
  std::vector<std::string> arguments = {"--config",   o.recipe,   "--modes-file",
                                        o.modes_file, "--output", o.output};
  if (o.common.quiet) arguments.emplace_back("--quiet");
  if (o.common.verbose) arguments.emplace_back("--verbose");
  std::string help;
  return cli::parse_synthesize_options(arguments, help);
}

Provenance provenance_of(const Invocation& invocation, const TrainOptions& o,
                         const std::optional<ParticleSet>& particles,
                         const std::optional<RecipeInput>& recipe) {
  const Communicator& comm = invocation.comm;
  // How long to train, and where, is not what: a training may be gone on with for more epochs or minutes.
  std::vector<std::string> options = o.effective;
  std::erase_if(options, [](const std::string& option) {
    return option.starts_with("epochs=") || option.starts_with("minutes=") ||
           option.starts_with("threads=") || option.starts_with("save-seconds=") ||
           option.starts_with("device=");
  });
  Provenance provenance = make_provenance(comm, invocation.command_line, options, o.common.seed);
  if (particles) provenance.inputs = particle_fingerprints(comm, *particles);
  std::vector<InputFile> files = {{"modes", o.modes_file}};
  if (!o.labels.empty()) files.push_back({"labels", o.labels});
  if (recipe) {
    files.push_back({"recipe", o.recipe});
    files.insert(files.end(), recipe->files.begin(), recipe->files.end());
  }
  add_inputs(comm, files, provenance);
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
  options.pretrain = o.pretrain;
  options.particles = o.particles;
  options.datadir = o.datadir;
  options.inverted = o.invert;
  options.output = o.output;
  options.save_seconds = o.save_seconds;
  options.report = !o.common.quiet;
  return options;
}

/// Particles and recipe make images of one size.
void check_recipe(const TrainOptions& o, ImageGrid of_recipe, ImageGrid of_particles) {
  if (of_recipe.size == of_particles.size &&
      std::abs(of_recipe.pixel_size - of_particles.pixel_size) <= 1e-3 * of_particles.pixel_size)
    return;
  throw Error(
      fmt::format("{} makes images of {}² pixels of {} Å, but {} holds {}² of {} Å; give the recipe the "
                  "particles' size and pixel-size",
                  o.recipe, of_recipe.size, of_recipe.pixel_size, o.particles, of_particles.size,
                  of_particles.pixel_size));
}

Checkpoint beginning(const Communicator& comm, const TrainOptions& o, const ElasticModel& model,
                     TrainingSet& set, const std::optional<RecipeInput>& recipe) {
  if (set.all_training == 0) measure_scores(model, recipe->recipe, set);
  const auto modes = static_cast<int>(set.modes.size());
  const Architecture architecture{o.architecture, modes, network_input_size(set.grid, o.input_resolution)};
  const Schedule schedule{schedule_kind(o.schedule), batch_learning_rate(o.learning_rate, o.batch), o.warm_up,
                          o.patience};
  const LabelScaling scaling =
      set.all_training > 0 ? measure_scaling(comm, set) : recipe_scaling(recipe->recipe, modes);
  // The slowest device decides for all: float32 if one of them has no bfloat16.
  const Precision own = parse_precision(o.precision);
  const Precision precision =
      comm.min(own == Precision::bfloat16 ? 1.0 : 0.0) > 0 ? Precision::bfloat16 : Precision::float32;
  Checkpoint state = new_training(set, scaling, architecture, precision, schedule, o.common.seed);
  state.conformations =
      set.all_training > 0 ? label_conformations(comm, set) : recipe_conformations(recipe->recipe, modes);
  return state;
}

void describe(const TrainOptions& o, const TrainingSet& set, const Checkpoint& state, int ranks) {
  if (set.all_training > 0)
    spdlog::info("train: {} labelled particles, {} more set aside for validation", set.all_training,
                 set.all_validation);
  const std::string first =
      o.pretrain > 0 ? fmt::format("; all of them in the first {:.0f} %", 100 * o.pretrain) : "";
  spdlog::info(
      "train: network '{}', {} weights, {}, sees {}² pixels; modes {}; batches of {}, {:.0f} % of them "
      "synthetic{}; "
      "{} ranks",
      state.architecture.name, state.weights.size(), precision_name(state.precision),
      state.architecture.input_size, format_number_list(state.modes), o.batch, 100 * o.stream, first, ranks);
  spdlog::info("train: the network computes on {}", device_name(device_in_use()));
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
      "train: root mean square errors of the validation images: {}; rotations {:.0f}°, {:.0f}°, {:.0f}°; "
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
  prepare_torch(o.threads);
  use_device_of_rank(comm, o.device);
  std::optional<ParticleSet> particles;
  if (!o.particles.empty())
    particles = open_particles(comm, o.particles, o.datadir, defocus_sign(o.negative_defocus), o.invert);
  TrainingSet set;
  if (particles)
    set = load_training_set(comm, particles->file, o.particles, o.labels, o.validation, o.common.seed);
  const auto recipe_file = collectively_get(comm, [&] { return recipe_options(o); });
  const ElasticModel model =
      read_model(comm, o.modes_file, set.modes.empty() ? recipe_file->modes : format_number_list(set.modes),
                 o.atom_model);
  std::optional<RecipeInput> recipe;
  if (recipe_file) recipe = read_recipe(comm, *recipe_file, model);
  if (!particles) {
    set.grid = recipe->recipe.grid;
    set.modes = model.mode_numbers;
  } else if (recipe) {
    check_recipe(o, recipe->recipe.grid, set.grid);
  }

  const Provenance provenance = provenance_of(invocation, o, particles, recipe);
  const Output output = decide_output(comm, o.output, o.common.resume, o.common.overwrite);
  Checkpoint state = output == Output::resume ? stored_training(comm, o.output, provenance)
                                              : beginning(comm, o, model, set, recipe);
  state.options = provenance.options;
  state.inputs = provenance.inputs;
  describe(o, set, state, comm.size());
  const TrainingOptions options = training_options(o);
  if (o.common.dry_run) {
    spdlog::info("train: dry run: {:.1f} MiB of weights and optimiser on each rank; nothing was written",
                 static_cast<double>(4 * state.weights.size() * sizeof(float)) / (1 << 20));
    return 0;
  }
  std::unique_ptr<SyntheticStream> stream;
  const int input_size = state.architecture.input_size;
  if (o.stream > 0 && recipe)
    stream = std::make_unique<RecipeStream>(model, recipe->recipe, input_size, o.common.seed);
  else if (o.stream > 0)
    stream = std::make_unique<LabelStream>(model, set.grid, input_size,
                                           measure_stream(comm, set, model, state, options), o.common.seed);

  watch_stop_signals();
  const bool finished = train(comm, set, stream.get(), options, state);
  summarise(o.output, state);
  if (finished) return 0;
  spdlog::warn("train: stopped on request; the same command with --resume goes on from here");
  return stopped_on_request;
}

}  // namespace elastem
