#include <algorithm>
#include <cstdio>
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
#include "mpi/comm/queue_report.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/learning/device_choice.hpp"
#include "mpi/learning/shared_checkpoint.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/run/output.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/predict_options.hpp"

namespace elastem {
namespace {

using cli::PredictOptions;
constexpr int stopped_on_request = 3;
constexpr const char* noise_name = "noise_spectrum";

Provenance provenance_of(const Invocation& invocation, const PredictOptions& o, const ParticleSet& set) {
  const Communicator& comm = invocation.comm;
  std::vector<std::string> options = o.effective;
  std::erase_if(options, [](const std::string& option) {
    return option.starts_with("threads=") || option.starts_with("device=");
  });
  Provenance provenance = make_provenance(comm, invocation.command_line, options, o.common.seed);
  provenance.inputs = particle_fingerprints(comm, set);
  add_inputs(comm, {{"modes", o.modes_file}, {"network", o.network}}, provenance);
  return provenance;
}

/// The sample of the amplitudes that the network was trained on, K×M.
Eigen::MatrixXd conformations(const Checkpoint& network) {
  const auto modes = static_cast<Eigen::Index>(network.modes.size());
  return Eigen::Map<const Eigen::MatrixXf>(network.conformations.data(), modes,
                                           static_cast<Eigen::Index>(network.conformations.size()) / modes)
      .cast<double>();
}

void store_noise(ResultTable& table, const NoiseSpectrum& noise) {
  table.store_vector(noise_name, noise, "1",
                     "E|N|² of an image's unnormalised transform, a value a shell 0 … S/2");
}

/// A table that goes on, or a new one, with the noise of the set in it where it is refined. Collective.
ResultTable open_table(const Communicator& comm, const PredictOptions& o, const ParticleSet& set,
                       const Checkpoint& network, const Provenance& provenance, NoiseSpectrum& noise) {
  if (decide_output(comm, o.output, o.common.resume, o.common.overwrite) == Output::resume) {
    ResultTable table = ResultTable::open(comm, o.output, ResultTable::Access::write);
    collectively(comm, [&] { require_same_run(table.provenance(), provenance, o.output); });
    if (!o.refine) return table;
    noise = table.load_vector(noise_name);
    if (noise.empty()) {  // killed before it was stored
      noise = estimate_noise(comm, set, set.size());
      store_noise(table, noise);
    }
    return table;
  }
  if (o.refine) noise = estimate_noise(comm, set, set.size());
  ResultTable table =
      ResultTable::create(comm, o.output, set.size(), network.modes, provenance,
                          TableContents{.fits = o.refine, .prior = o.learn_prior || o.network_prior});
  if (o.refine) store_noise(table, noise);
  return table;
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
                         Predictor& predictor, ResultTable& table, StageTimes& times, std::string& each) {
  std::vector<Range> pending;
  collectively(comm, [&] {
    if (!comm.root()) return;
    const auto states = table.states();
    pending = runs_where(table.size(), [&](std::int64_t i) {
      return states[static_cast<std::size_t>(i)] == ParticleState::pending;
    });
  });
  QueueOptions options;
  options.show_progress = !o.common.quiet;
  options.what = o.refine ? "predict and refine" : "predict";
  ParticleStream stream(set);
  Image image;
  std::vector<ParticleResult> rows;
  const auto amplitudes = static_cast<Eigen::Index>(table.modes().size());
  double reading = 0, writing = 0;
  const auto read = [&](std::int64_t item, FailureReason& reason) -> const Particle& {
    const TimedScope watch(reading);
    return stream.read(item, image, reason);
  };
  QueueSummary summary = run_queue(
      comm, pending, options,
      [&](std::int64_t item) {
        FailureReason reason = FailureReason::none;
        const Particle& particle = read(item, reason);
        rows.push_back(reason == FailureReason::none ? predictor.predict(0, image, particle.ctf)
                                                     : failed_result(amplitudes, reason));
      },
      [&](Range chunk) {
        const TimedScope watch(writing);
        table.write(chunk.first, rows);
        rows.clear();
      });
  times.lap("prediction");
  each = add_parts(comm, parts_of(o, predictor, reading, writing), summary.done, times);
  return summary;
}

void summarise(const Communicator& comm, const PredictOptions& o, const Predictor& predictor,
               const ResultTable& table, const QueueSummary& summary, const std::string& each) {
  std::int64_t searched = predictor.searched();
  comm.sum(std::span<std::int64_t>(&searched, 1));
  std::int64_t failed = 0;
  collectively(comm, [&] {
    if (!comm.root()) return;
    const auto states = table.states();
    failed = std::count(states.begin(), states.end(), ParticleState::failed);
  });
  spdlog::info("predict: {} particles in {:.1f} s, {} failed in {}", summary.done, summary.seconds, failed,
               o.output);
  for (const auto& line : queue_report(summary, "particles")) spdlog::info("predict: {}", line);
  if (!each.empty()) spdlog::info("predict: {}", each);
  if (o.refine && summary.done > 0)
    spdlog::info("predict: {} started from the network alone, of {} ({:.0f} %) the pose was searched as well",
                 summary.done - searched, searched,
                 100.0 * static_cast<double>(searched) / static_cast<double>(summary.done));
}

}  // namespace

int predict_command(const Invocation& invocation) {
  const Communicator& comm = invocation.comm;
  std::string help;
  const auto parsed = cli::parse_predict_options(invocation.arguments, help);
  if (!parsed) {
    if (comm.root()) std::fputs(help.c_str(), stdout);
    return 0;
  }
  const PredictOptions& o = *parsed;
  StageTimes times;
  prepare_torch(o.threads);
  use_device_of_rank(comm, o.device);
  const Checkpoint network = shared_checkpoint(comm, o.network);
  const ElasticModel model = read_model(comm, o.modes_file, format_number_list(network.modes), o.atom_model);
  const ParticleSet set =
      open_particles(comm, o.particles, o.datadir, defocus_sign(o.negative_defocus), o.invert);
  spdlog::info("predict: {} particles, network of modes {} trained on {:.0f} images of {}² pixels of {} Å{}",
               set.size(), format_number_list(network.modes), network.images, network.grid.size,
               network.grid.pixel_size, o.refine ? ", refined" : "");
  if (!same_for_network(set.grid, network.grid)) {
    collectively(comm, [&] { require_whole_molecule(model, set.grid); });
    spdlog::info("predict: images of {}² pixels of {} Å are brought to the network's grid", set.grid.size,
                 set.grid.pixel_size);
  }
  spdlog::info("predict: the network computes on {}", device_name(device_in_use()));
  if (o.common.dry_run) {
    spdlog::info("predict: dry run: {:.1f} MiB of weights on each rank; nothing was written",
                 static_cast<double>(network.weights.size() * sizeof(float)) / (1 << 20));
    return 0;
  }

  times.lap("reading");
  const Provenance provenance = provenance_of(invocation, o, set);
  watch_stop_signals();
  NoiseSpectrum noise;
  ResultTable table = open_table(comm, o, set, network, provenance, noise);
  times.lap(o.refine ? "noise and table" : "table");
  std::optional<NodeLibrary> library;
  std::optional<Predictor> predictor;
  if (o.refine) library.emplace(comm, model, set.grid, search_options(model, set.grid, AlignmentOptions{}));
  collectively(comm, [&] {
    predictor.emplace(network, model);
    if (o.refine)
      predictor->add_grid(set.grid, noise, **library);
    else
      predictor->add_grid(set.grid);
  });
  times.lap(o.refine ? "library and network" : "network");
  std::string each;
  const QueueSummary summary = predict_all(comm, o, set, *predictor, table, times, each);
  summarise(comm, o, *predictor, table, summary, each);
  if (o.refine && !summary.stopped) {
    if (o.network_prior)
      finish_with_known_prior(comm, table, conformations(network));
    else
      finish_alignment(comm, table, o.learn_prior);
  }
  times.lap("finishing");
  table.close(times.text());
  spdlog::info("predict: time of rank 0: {}", times.text());
  if (!summary.stopped) return 0;
  spdlog::warn("predict: stopped on request; the same command with --resume goes on from here");
  return stopped_on_request;
}

}  // namespace elastem
