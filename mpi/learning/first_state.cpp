#include "mpi/learning/first_state.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/comm/work_queue.hpp"
#include "particles/particle_file.hpp"
#include "synthesis/synthesizer.hpp"

namespace elastem {

namespace {
constexpr std::size_t most_measured = 256;  // particles over all ranks
constexpr std::int64_t most_conformations = 1024;
}  // namespace

StreamModel measure_stream(const Communicator& comm, const TrainingSet& set, const ElasticModel& model,
                           const Checkpoint& state, const TrainingOptions& options) {
  if (set.all_training < comm.size())
    throw Error(fmt::format(
        "option --stream: {} labelled particles cannot be shared by {} ranks, each of which draws images "
        "from its own; use fewer ranks, or draw from a --recipe",
        set.all_training, comm.size()));
  ImageStatistics statistics(model, set.grid, state.architecture.input_size);
  StreamModel stream;
  stream.scaling = state.scaling;
  collectively(comm, [&] {
    ImageReader reader(options.source.path, options.source.datadir, options.source.inverted);
    const std::size_t most = 1 + most_measured / static_cast<std::size_t>(comm.size());
    const std::size_t step = 1 + set.training.size() / most;
    for (std::size_t i = 0; i < set.training.size(); ++i) {
      const Example& example = set.training[i];
      stream.labels.push_back(example.label);
      stream.optics.push_back(example.particle.ctf);
      if (i % step != 0) continue;
      const auto [image, failure] = reader.read(example.particle);
      if (failure == FailureReason::none) statistics.add(image, example.particle.ctf, example.label);
    }
  });
  comm.sum(statistics.sums());
  if (statistics.count() == 0)
    throw Error(fmt::format(
        "no labelled image of {} resembles the projection at its label, so that --stream has nothing to "
        "go by; check that labels, modes and particles belong together",
        options.source.path));
  stream.grey_scale = statistics.grey_scale();
  stream.noise = statistics.noise();
  return stream;
}

LabelScaling measure_scaling(const Communicator& comm, const TrainingSet& set) {
  LabelMoments moments(set.modes.size());
  for (const Example& example : set.training) moments.add(example.label);
  comm.sum(moments.sums());
  return moments.scaling();
}

LabelScaling recipe_scaling(const Recipe& recipe, Eigen::Index mode_count) {
  constexpr std::uint64_t conformers = 4096;
  LabelMoments moments(static_cast<std::size_t>(mode_count));
  for (std::uint64_t i = 0; i < conformers; ++i) moments.add(label_of(draw_conformer(recipe, mode_count, i)));
  return moments.scaling();
}

std::vector<float> label_conformations(const Communicator& comm, const TrainingSet& set) {
  const std::size_t modes = set.modes.size();
  const std::int64_t count = std::min<std::int64_t>(most_conformations, set.all_training);
  std::vector<double> values(modes * static_cast<std::size_t>(count), 0.0);
  const std::int64_t first = equal_share(comm, set.all_training).first;  // as the particles are dealt out
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t at = i * set.all_training / count - first;
    if (at < 0 || at >= static_cast<std::int64_t>(set.training.size())) continue;
    const Eigen::VectorXd& q = set.training[static_cast<std::size_t>(at)].label.amplitudes;
    std::copy(q.begin(), q.end(), values.begin() + i * static_cast<std::int64_t>(modes));
  }
  comm.sum(values);  // one rank has each
  return {values.begin(), values.end()};
}

std::vector<float> recipe_conformations(const Recipe& recipe, Eigen::Index mode_count) {
  std::vector<float> values;
  for (std::uint64_t i = 0; i < std::uint64_t{most_conformations}; ++i)
    for (const double q : draw_conformer(recipe, mode_count, i).amplitudes)
      values.push_back(static_cast<float>(q));
  return values;
}

void measure_scores(const ElasticModel& model, Recipe recipe, TrainingSet& set) {
  recipe.bounds = false;
  Synthesizer synthesizer(model, recipe);
  std::vector<double> scores;
  Image image;
  for (std::uint64_t i = 0; i < most_measured; ++i) scores.push_back(synthesizer.make(i, image).score);
  describe_scores(std::move(scores), set);
}

Checkpoint new_training(const TrainingSet& set, const LabelScaling& scaling, const Architecture& architecture,
                        Precision precision, const Schedule& schedule, std::uint64_t seed) {
  const Network network(architecture, seed, precision);
  Checkpoint state;
  state.architecture = architecture;
  state.precision = precision;
  state.grid = set.grid;
  state.modes = set.modes;
  state.scaling = scaling;
  state.weights.assign(network.weights().begin(), network.weights().end());
  state.optimiser = Adam(state.weights.size());
  state.schedule = schedule;
  state.seed = seed;
  state.median_score = set.median_score;
  state.score_deviation = set.score_deviation;
  return state;
}

}  // namespace elastem
