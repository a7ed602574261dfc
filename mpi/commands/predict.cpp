#include <algorithm>
#include <optional>

#include <spdlog/spdlog.h>

#include "alignment/aligner.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "core/stage_times.hpp"
#include "learning/predictor.hpp"
#include "mpi/alignment/alignment_finish.hpp"
#include "mpi/alignment/node_library.hpp"
#include "mpi/alignment/noise_estimate.hpp"
#include "mpi/alignment/queue_stages.hpp"
#include "mpi/alignment/stored_motion.hpp"
#include "mpi/alignment/stored_noise.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/pass_provenance.hpp"
#include "mpi/learning/device_choice.hpp"
#include "mpi/learning/shared_checkpoint.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/particles/particle_pass.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/run/run_files.hpp"
#include "options/predict_options.hpp"
#include "particles/particle_key.hpp"

namespace elastem {
namespace {

using cli::PredictOptions;

Provenance provenance_of(const Invocation& invocation, const PredictOptions& o, const ParticleSet& set) {
  Provenance provenance = pass_provenance(invocation, o.common.seed, set, o.modes_file);
  add_inputs(invocation.comm, {{"network", o.network}}, provenance);
  return provenance;
}

/// The modes that the network was trained on are those of the file. Collective. Throws Error.
void check_modes(const Communicator& comm, const PredictOptions& o, const Checkpoint& network) {
  Provenance of_network;
  of_network.inputs = network.inputs;
  require_modes_of(comm, o.network, of_network, o.modes_file, o.matching.accept_mismatch);
}

/// Says how many particles are brought to the network's grid. Throws Error where a box is smaller than the
/// molecule. Collective.
void check_grids(const Communicator& comm, const ParticleSet& set, const ElasticModel& model,
                 const Checkpoint& network) {
  const std::vector<bool> used = used_grids(set, set.size());
  for (std::size_t g = 0; g < used.size(); ++g) {
    if (!used[g] || same_for_network(set.grids[g], network.grid)) continue;
    collectively(comm, [&] { require_whole_molecule(model, set.grids[g]); });
    spdlog::info("{} particles of {}² pixels of {} Å are brought to the network's grid",
                 set.spread_rows(g, set.size(), set.size()).size(), set.grids[g].size,
                 set.grids[g].pixel_size);
  }
}

/// For the search where predictions are refined; none otherwise. Collective.
PerGrid<NodeLibrary> make_libraries(const Communicator& comm, const PredictOptions& o, const ParticleSet& set,
                                    const ElasticModel& model, const Checkpoint& network) {
  PerGrid<NodeLibrary> libraries(set.grids.size());
  const std::vector<bool> used = used_grids(set, set.size());
  for (std::size_t g = 0; g < used.size() && o.refine; ++g)
    if (used[g])
      libraries[g].emplace(comm, model, set.grids[g],
                           search_options(model, set.grids[g], refinement_options(network, model)));
  return libraries;
}

/// Tells the predictor of the grids that are used; their numbers there. With libraries it refines.
PerGrid<std::size_t> add_grids(Predictor& predictor, const ParticleSet& set,
                               const PerGrid<NoiseSpectrum>& noise, const PerGrid<NodeLibrary>& libraries) {
  PerGrid<std::size_t> numbers(set.grids.size());
  const std::vector<bool> used = used_grids(set, set.size());
  for (std::size_t g = 0; g < used.size(); ++g)
    if (used[g])
      numbers[g] = libraries[g] ? predictor.add_grid(set.grids[g], *noise[g], **libraries[g])
                                : predictor.add_grid(set.grids[g]);
  return numbers;
}

/// What a table holds of the whole set: its pixel sizes, and of a refined one the noise, the amplitudes'
/// prior, and room for how modes move.
std::vector<StoredVector> stored_vectors(const PredictOptions& o, const ParticleSet& set,
                                         const PerGrid<NoiseSpectrum>& noise, const ElasticModel& model,
                                         const Checkpoint& network) {
  std::vector<StoredVector> vectors = {stored_pixel_sizes(pixel_sizes(set))};
  if (!o.refine) return vectors;
  for (auto& vector : stored_noise(set, noise)) vectors.push_back(std::move(vector));
  for (auto& vector : stored_normal(refinement_options(network, model).prior))
    vectors.push_back(std::move(vector));
  for (auto& vector : room_for_motion(model.modes.size(), model.atom_count()))
    vectors.push_back(std::move(vector));
  return vectors;
}

/// The table of the run, and with --refine the noise of the set, which stands in it. Collective.
ResultTable open_table(const Communicator& comm, const PredictOptions& o, const ParticleSet& set,
                       const ElasticModel& model, const Checkpoint& network, const Provenance& provenance,
                       PerGrid<NoiseSpectrum>& noise) {
  const std::vector<bool> used = used_grids(set, set.size());
  const auto contents = [&] {
    if (o.refine) noise = background_noises(comm, set, used, set.size());
    return TableContents{.fits = o.refine,
                         .prior = o.learn_prior || o.network_prior,
                         .key_length = set.longest_key,
                         .vectors = stored_vectors(o, set, noise, model, network)};
  };
  const auto resumed = [&](const ResultTable& table) {
    if (o.refine) noise = load_noise(table, o.output, used);
  };
  return open_pass_table(
      comm, {o.output, o.common.resume, o.common.overwrite, set.size(), network.modes, provenance}, contents,
      resumed);
}

/// What a rank did, in the order of the work.
TimeParts parts_of(const PredictOptions& o, const Predictor& predictor, double reading, double writing) {
  const Predictor::Times own = predictor.times();
  TimeParts parts = {{"reading images", reading}, {"network", own.network}};
  if (o.refine)
    for (auto& part : parts_of(own.fits)) parts.push_back(std::move(part));
  else
    parts.emplace_back("score", own.score);
  parts.emplace_back("writing", writing);
  return parts;
}

/// Predicts the rows that are not done; `each` becomes a line that says what an image takes. Collective.
QueueSummary predict_all(const Communicator& comm, const PredictOptions& o, const ParticleSet& set,
                         Predictor& predictor, const PerGrid<std::size_t>& numbers, ResultTable& table,
                         StageTimes& times, std::string& each) {
  QueueOptions options;
  options.show_progress = !o.common.quiet;
  options.what = o.refine ? "predict and refine" : "predict";
  ParticleStream stream(set);
  const auto amplitudes = static_cast<Eigen::Index>(table.modes().size());
  double reading = 0;
  const auto read = [&](std::int64_t item) {
    const TimedScope watch(reading);
    return stream.read(item);
  };
  const auto predict = [&](std::int64_t item) {
    const auto [particle, pixels, failure] = read(item);
    ParticleResult result = failure == FailureReason::none
                                ? predictor.predict(*numbers[set.grid_of(particle)], pixels, particle.ctf)
                                : failed_result(amplitudes, failure);
    result.image = particle_key(particle);
    return result;
  };
  const PassSummary summary = run_pass(comm, table, options, {.result_of = predict});
  times.lap("prediction");
  each = add_parts(comm, parts_of(o, predictor, reading, summary.writing), summary.queue.done, times);
  return summary.queue;
}

/// What the run did beside what log_pass says. Collective.
void log_searches(const Communicator& comm, const PredictOptions& o, const Predictor& predictor,
                  const QueueSummary& summary, const std::string& each) {
  const std::int64_t searched = comm.sum(predictor.searched());
  if (!each.empty()) spdlog::info("{}", each);
  if (o.refine && summary.done > 0)
    spdlog::info("{} refined from the network's answer; the pose of {} more ({:.0f} %) was searched as well",
                 summary.done - searched, searched,
                 100.0 * static_cast<double>(searched) / static_cast<double>(summary.done));
}

}  // namespace

ExitCode predict_command(const Invocation& invocation, const PredictOptions& o) {
  const Communicator& comm = invocation.comm;
  StageTimes times;
  prepare_torch(o.threads);
  use_device_of_rank(comm, o.device);
  const Checkpoint network = shared_checkpoint(comm, o.network);
  check_modes(comm, o, network);
  const ElasticModel model = read_model(comm, o.modes_file, format_number_list(network.modes), o.atom_model);
  const ParticleSet set = open_particles(comm, o.source, {.several_boxes = true});
  require_kept(comm, invocation.options, set.stacks);
  spdlog::info("{} particles, network of modes {} trained on {:.0f} images of {}² pixels of {} Å{}",
               set.size(), format_number_list(network.modes), network.images, network.grid.size,
               network.grid.pixel_size, o.refine ? ", refined" : "");
  check_grids(comm, set, model, network);
  std::optional<Predictor> predictor;  // before anything is made: the network may not be what it says
  collectively(comm, [&] { predictor.emplace(network, model); });
  spdlog::info("the network computes on {}", device_name(device_in_use()));
  if (o.common.dry_run) {
    spdlog::info("dry run: {:.1f} MiB of weights on each rank; nothing was written",
                 static_cast<double>(network.weights.size() * sizeof(float)) / (1 << 20));
    return done;
  }

  times.lap("reading");
  const Provenance provenance = provenance_of(invocation, o, set);
  watch_stop_signals();
  PerGrid<NoiseSpectrum> noise(set.grids.size());
  ResultTable table = open_table(comm, o, set, model, network, provenance, noise);
  times.lap(o.refine ? "noise and table" : "table");
  const PerGrid<NodeLibrary> libraries = make_libraries(comm, o, set, model, network);
  PerGrid<std::size_t> numbers;
  collectively(comm, [&] { numbers = add_grids(*predictor, set, noise, libraries); });
  times.lap(o.refine ? "library and network" : "network");
  std::string each;
  const QueueSummary summary = predict_all(comm, o, set, *predictor, numbers, table, times, each);
  log_pass(comm, table, summary, "predicted");
  log_searches(comm, o, *predictor, summary, each);
  if (o.refine && !summary.stopped) {
    if (o.network_prior)
      finish_with_known_prior(comm, table, sampled_amplitudes(network));
    else
      finish_alignment(comm, table, o.learn_prior);
  }
  times.lap("finishing");
  table.close(times.text());
  spdlog::info("time of rank 0: {}", times.text());
  return summary.stopped ? stopped_on_request : done;
}

}  // namespace elastem
