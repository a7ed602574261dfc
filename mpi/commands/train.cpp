#include <cmath>
#include <memory>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/learning/device_choice.hpp"
#include "mpi/learning/first_state.hpp"
#include "mpi/learning/shared_checkpoint.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/run/output.hpp"
#include "mpi/run/run_files.hpp"
#include "mpi/selection/row_selection.hpp"
#include "mpi/synthesis/recipe_input.hpp"
#include "options/synthesize_options.hpp"
#include "options/train_options.hpp"

namespace elastem {
namespace {

using cli::TrainOptions;

/// The options of synthesize in the recipe file, for the modes file at hand.
std::optional<cli::SynthesizeOptions> recipe_options(const TrainOptions& o) {
  if (o.recipe.empty()) return std::nullopt;
  std::vector<std::string> arguments = {"--config",   o.recipe,   "--modes-file",
                                        o.modes_file, "--output", o.training.output};
  return cli::read_options<cli::SynthesizeOptions>("synthesize", arguments);
}

LabelSource label_source(const TrainOptions& o) {
  return {o.labels, o.modes_file, o.validation, o.with_outliers, o.matching.accept_mismatch, o.selection};
}

/// Particles and recipe make images of one size.
void check_recipe(const TrainOptions& o, ImageGrid of_recipe, ImageGrid of_particles) {
  if (of_recipe.size == of_particles.size &&
      std::abs(of_recipe.pixel_size - of_particles.pixel_size) <= 1e-3 * of_particles.pixel_size)
    return;
  throw Error(
      fmt::format("{} makes images of {}² pixels of {} Å, but {} holds {}² of {} Å; give the recipe the "
                  "particles' size and pixel-size",
                  o.recipe, of_recipe.size, of_recipe.pixel_size, o.training.source.path, of_particles.size,
                  of_particles.pixel_size));
}

/// What there is to learn from.
struct Source {
  std::optional<ParticleSet> particles;
  TrainingSet set;
  ElasticModel model;
  std::optional<RecipeInput> recipe;
};

/// What is read and named by no option.
std::vector<std::string> files_behind(const Source& source) {
  std::vector<std::string> files;
  if (source.particles) files = source.particles->stacks;
  if (source.recipe)
    for (const InputFile& file : source.recipe->files) files.push_back(file.path);
  return files;
}

/// Collective.
Source read_source(const Communicator& comm, const TrainOptions& o) {
  Source source;
  if (!o.training.source.path.empty()) {
    source.particles = open_particles(comm, o.training.source);
    source.set = load_training_set(comm, source.particles->file, label_source(o), o.common.seed);
  }
  TrainingSet& set = source.set;
  const auto recipe_file = collectively_get(comm, [&] { return recipe_options(o); });
  source.model =
      read_model(comm, o.modes_file, set.modes.empty() ? recipe_file->modes : format_number_list(set.modes),
                 o.atom_model);
  if (recipe_file) source.recipe = read_recipe(comm, *recipe_file, source.model);
  if (!source.particles) {
    set.grid = source.recipe->recipe.grid;
    set.modes = source.model.mode_numbers;
  } else if (source.recipe) {
    check_recipe(o, source.recipe->recipe.grid, set.grid);
  }
  return source;
}

Provenance provenance_of(const Invocation& invocation, const TrainOptions& o, const Source& source) {
  const Communicator& comm = invocation.comm;
  Provenance provenance =
      make_provenance(comm, invocation.command_line, invocation.effective(), o.common.seed);
  if (source.particles) provenance.inputs = particle_fingerprints(comm, *source.particles);
  add_modes_input(comm, o.modes_file, provenance);
  std::vector<InputFile> files;
  if (!o.labels.empty()) files.push_back({"labels", o.labels});
  for (InputFile& file : selection_files(o.selection)) files.push_back(std::move(file));
  if (source.recipe) {
    files.push_back({"recipe", o.recipe});
    files.insert(files.end(), source.recipe->files.begin(), source.recipe->files.end());
  }
  add_inputs(comm, files, provenance);
  return provenance;
}

/// The checkpoint of an earlier run with the same options and inputs. Collective.
Checkpoint resumed_state(const Communicator& comm, const std::string& path, const Provenance& provenance) {
  Checkpoint state = shared_checkpoint(comm, path);
  collectively(comm, [&] {
    Provenance stored;
    stored.options = state.options;
    stored.inputs = state.inputs;
    stored.seed = state.seed;
    require_same_run(stored, provenance, path);
  });
  return state;
}

Checkpoint first_state(const Communicator& comm, const TrainOptions& o, Source& source) {
  TrainingSet& set = source.set;
  const std::optional<RecipeInput>& recipe = source.recipe;
  if (set.all_training == 0) measure_scores(source.model, recipe->recipe, set);
  const auto modes = static_cast<int>(set.modes.size());
  const Architecture architecture{o.architecture.name, modes,
                                  network_input_size(set.grid, o.input_resolution)};
  Schedule schedule = o.schedule;
  schedule.learning_rate = batch_learning_rate(schedule.learning_rate, o.training.batch);
  const LabelScaling scaling =
      set.all_training > 0 ? measure_scaling(comm, set) : recipe_scaling(recipe->recipe, modes);
  // The slowest device decides for all: float32 if one of them has no bfloat16.
  const Precision own = o.precision.value_or(device_precision());
  const Precision precision = comm.all(own == Precision::bfloat16) ? Precision::bfloat16 : Precision::float32;
  Checkpoint state = new_training(set, scaling, architecture, precision, schedule, o.common.seed);
  state.conformations =
      set.all_training > 0 ? label_conformations(comm, set) : recipe_conformations(recipe->recipe, modes);
  return state;
}

void describe(const TrainOptions& o, const TrainingSet& set, const Checkpoint& state, int ranks) {
  if (set.all_training > 0)
    spdlog::info("{} labelled particles, {} more set aside for validation{}", set.all_training,
                 set.all_validation,
                 set.outliers > 0 ? fmt::format("; {} outliers left out", set.outliers) : "");
  const std::string first =
      o.training.pretrain > 0 ? fmt::format("; all of them in the first {:.0f} %", 100 * o.training.pretrain)
                              : "";
  spdlog::info(
      "network '{}', {} weights, {}, sees {}² pixels; modes {}; batches of {}, {:.0f} % of them "
      "synthetic{}; "
      "{} ranks",
      state.architecture.name, state.weights.size(), name_of(state.precision), state.architecture.input_size,
      format_number_list(state.modes), o.training.batch, 100 * o.training.stream, first, ranks);
  spdlog::info("the network computes on {}", device_name(device_in_use()));
  if (!state.history.empty())
    spdlog::info("resumed after {} epochs, {:.0f} images", state.epoch, state.images);
}

void summarise(const std::string& output, const Checkpoint& state) {
  spdlog::info("{:.0f} images in {} epochs, {:.1f} s; wrote {}", state.images, state.epoch, state.seconds,
               output);
  if (state.errors.amplitudes.empty()) return;
  std::string amplitudes;
  for (std::size_t k = 0; k < state.modes.size(); ++k)
    amplitudes +=
        fmt::format("{}mode {}: {:.1f} Å", k ? ", " : "", state.modes[k], state.errors.amplitudes[k]);
  spdlog::info(
      "root mean square errors of the validation images: {}; rotations {:.0f}°, {:.0f}°, {:.0f}°; "
      "shifts {:.1f} Å, {:.1f} Å",
      amplitudes, state.errors.rotation[0], state.errors.rotation[1], state.errors.rotation[2],
      state.errors.shift[0], state.errors.shift[1]);
}

/// What synthetic images are drawn from; null where none are. Collective.
std::unique_ptr<SyntheticStream> make_stream(const Communicator& comm, const TrainOptions& o,
                                             const Source& source, const Checkpoint& state) {
  if (!(o.training.stream > 0)) return nullptr;
  const int input_size = state.architecture.input_size;
  if (source.recipe)
    return std::make_unique<RecipeStream>(source.model, source.recipe->recipe, input_size, o.common.seed);
  return std::make_unique<LabelStream>(source.model, source.set.grid, input_size,
                                       measure_stream(comm, source.set, source.model, state, o.training),
                                       o.common.seed);
}

}  // namespace

ExitCode train_command(const Invocation& invocation, const TrainOptions& o) {
  const Communicator& comm = invocation.comm;
  prepare_torch(o.threads);
  use_device_of_rank(comm, o.device);
  Source source = read_source(comm, o);
  require_kept(comm, invocation.options, files_behind(source));
  const Provenance provenance = provenance_of(invocation, o, source);
  const Output output = decide_output(comm, o.training.output, o.common.resume, o.common.overwrite);
  Checkpoint state = output == Output::resume ? resumed_state(comm, o.training.output, provenance)
                                              : first_state(comm, o, source);
  state.options = provenance.options;
  state.inputs = provenance.inputs;
  describe(o, source.set, state, comm.size());
  if (o.common.dry_run) {
    spdlog::info("dry run: {:.1f} MiB of weights and optimiser on each rank; nothing was written",
                 static_cast<double>(4 * state.weights.size() * sizeof(float)) / (1 << 20));
    return done;
  }
  const auto stream = make_stream(comm, o, source, state);
  watch_stop_signals();
  const bool finished = train(comm, source.set, stream.get(), o.training, state);
  summarise(o.training.output, state);
  return finished ? done : stopped_on_request;
}

}  // namespace elastem
