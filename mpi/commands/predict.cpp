#include <algorithm>
#include <cstdio>
#include <optional>

#include <spdlog/spdlog.h>

#include "cli/predict_options.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "io/particle_file.hpp"
#include "learning/predictor.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/storage/modes_file.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {
namespace {

using cli::PredictOptions;
constexpr int stopped_on_request = 3;
constexpr const char* noise_name = "noise_spectrum";

/// What rank 0 makes, on every rank.
std::string from_root(const Communicator& comm, const std::function<std::string()>& make) {
  std::string text;
  collectively(comm, [&] {
    if (comm.root()) text = make();
  });
  comm.broadcast(text);
  return text;
}

Provenance provenance_of(const Invocation& invocation, const PredictOptions& o) {
  std::vector<std::string> options = o.effective;
  std::erase_if(options, [](const std::string& option) { return option.starts_with("threads="); });
  Provenance provenance = make_provenance(invocation.comm, invocation.command_line, options, o.common.seed);
  const std::vector<std::pair<std::string, std::string>> files = {
      {"particles", o.particles}, {"modes", o.modes_file}, {"network", o.network}};
  for (const auto& [role, path] : files)
    provenance.inputs.push_back(from_root(invocation.comm, [&] { return input_fingerprint(role, path); }));
  return provenance;
}

Checkpoint shared_checkpoint(const Communicator& comm, const std::string& path) {
  const std::string bytes = from_root(comm, [&] { return file_bytes(path); });
  return collectively_get(comm, [&] { return parse_checkpoint(bytes, path); });
}

/// Noise power by shell from the background of up to 256 particles spread over the file. Each image's
/// spectrum is measured by one rank and all are added in the order of the particles, so that the result does
/// not depend on the number of ranks. Collective.
NoiseSpectrum measure_noise(const Communicator& comm, const PredictOptions& o, const ParticleFile& particles,
                            const Checkpoint& network, const ElasticModel& model) {
  constexpr std::int64_t most = 256;
  const std::int64_t count = std::min(most, particles.size());
  const auto shells = static_cast<std::size_t>(network.grid.size / 2 + 1);
  std::vector<double> spectra(static_cast<std::size_t>(count) * shells, 0.0);
  collectively(comm, [&] {
    const double extent = std::sqrt(model.positions.colwise().squaredNorm().maxCoeff()) + 3 * model.sigma;
    const double radius = std::min(extent / network.grid.pixel_size, 0.45 * network.grid.size);
    Fft2<float> fft(network.grid.size);
    ImageReader reader(o.particles, o.datadir);
    for (std::int64_t i = comm.rank(); i < count; i += comm.size()) {
      const Particle particle = particles.read(i * particles.size() / count, 1).front();
      FailureReason reason = FailureReason::none;
      const Image image = reader.read(particle, reason);
      if (reason != FailureReason::none || image.rows() != network.grid.size) continue;
      const NoiseSpectrum one = background_spectrum(image, radius, fft);
      require(one.size() == shells, "a noise spectrum has S/2 + 1 shells");
      std::copy(one.begin(), one.end(), spectra.begin() + i * static_cast<std::int64_t>(shells));
    }
  });
  comm.sum(std::span<double>(spectra));
  NoiseSpectrum noise(shells, 0.0);
  double measured = 0;
  for (std::size_t i = 0; i < spectra.size(); i += shells) {
    if (!(spectra[i + 1] > 0)) continue;  // an image that could not be read
    measured += 1;
    for (std::size_t r = 0; r < shells; ++r) noise[r] += spectra[i + r];
  }
  if (measured == 0) throw Error("no image of " + o.particles + " could be read; check the stacks it names");
  for (double& power : noise) power /= measured;
  return noise;
}

ResultTable open_table(const Communicator& comm, const PredictOptions& o, std::int64_t count,
                       const std::vector<int>& modes, const Provenance& provenance, bool& resumed) {
  resumed = decide_output(comm, o.output, o.common.resume, o.common.overwrite) == Output::resume;
  if (!resumed) return ResultTable::create(comm, o.output, count, modes, provenance);
  ResultTable table = ResultTable::open(comm, o.output, ResultTable::Access::write);
  collectively(comm, [&] { require_same_run(table.provenance(), provenance); });
  return table;
}

ParticleResult failed_row(Eigen::Index amplitudes, FailureReason reason) {
  ParticleResult row;
  row.amplitudes.setZero(amplitudes);
  row.standard_errors.setZero(amplitudes + 5);
  row.state = ParticleState::failed;
  row.reason = reason;
  return row;
}

/// Describes particles a block at a time, as a rank works through consecutive ones.
class ParticleBlock {
 public:
  explicit ParticleBlock(const ParticleFile& file) : file_(file) {}
  const Particle& at(std::int64_t item) {
    if (item < first_ || item >= first_ + static_cast<std::int64_t>(particles_.size())) {
      constexpr std::int64_t block = 256;
      first_ = item;
      particles_ = file_.read(item, std::min(block, file_.size() - item));
    }
    return particles_[static_cast<std::size_t>(item - first_)];
  }

 private:
  const ParticleFile& file_;
  std::int64_t first_ = 0;
  std::vector<Particle> particles_;
};

/// Predicts the rows that are not done. Collective.
QueueSummary predict_all(const Communicator& comm, const PredictOptions& o, const ParticleFile& particles,
                         const ImageGrid& grid, Predictor& predictor, ResultTable& table) {
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
  ParticleBlock block(particles);
  ImageReader reader(o.particles, o.datadir);
  std::vector<ParticleResult> rows;
  const auto amplitudes = static_cast<Eigen::Index>(table.modes().size());
  return run_queue(
      comm, pending, options,
      [&](std::int64_t item) {
        const Particle& particle = block.at(item);
        FailureReason reason = FailureReason::none;
        const Image image = reader.read(particle, reason);
        if (reason == FailureReason::none &&
            (particle.size != grid.size ||
             std::abs(particle.pixel_size - grid.pixel_size) > 1e-3 * grid.pixel_size))
          reason = FailureReason::wrong_size;
        rows.push_back(reason == FailureReason::none ? predictor.predict(image, particle.ctf)
                                                     : failed_row(amplitudes, reason));
      },
      [&](Range chunk) {
        table.write(chunk.first, rows);
        rows.clear();
      });
}

void summarise(const Communicator& comm, const PredictOptions& o, const Predictor& predictor,
               const ResultTable& table, const QueueSummary& summary) {
  std::int64_t searched = predictor.searched();
  comm.sum(std::span<std::int64_t>(&searched, 1));
  std::int64_t failed = 0;
  collectively(comm, [&] {
    if (!comm.root()) return;
    const auto states = table.states();
    failed = std::count(states.begin(), states.end(), ParticleState::failed);
  });
  spdlog::info("predict: {} particles in {:.1f} s ({:.0f} a second), {} failed in {}", summary.done,
               summary.seconds, static_cast<double>(summary.done) / std::max(summary.seconds, 1e-9), failed,
               o.output);
  if (o.refine && summary.done > 0)
    spdlog::info("predict: the pose of {} of them ({:.0f} %) was searched, the others start from the network",
                 searched, 100.0 * static_cast<double>(searched) / static_cast<double>(summary.done));
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
  use_torch_threads(o.threads);
  const Checkpoint network = shared_checkpoint(comm, o.network);
  const ElasticModel model = elastic_model(read_modes(comm, o.modes_file), format_number_list(network.modes));
  const std::string index = from_root(comm, [&] { return ParticleFile::scan(o.particles).serialise(); });
  const ParticleFile particles(o.particles, ParticleIndex::deserialise(index), o.datadir);
  spdlog::info("predict: {} particles, network of modes {} trained on {:.0f} images of {}² pixels of {} Å{}",
               particles.size(), format_number_list(network.modes), network.images, network.grid.size,
               network.grid.pixel_size, o.refine ? ", refined" : "");
  if (o.common.dry_run) {
    spdlog::info("predict: dry run: {:.1f} MiB of weights on each rank; nothing was written",
                 static_cast<double>(network.weights.size() * sizeof(float)) / (1 << 20));
    return 0;
  }

  const Provenance provenance = provenance_of(invocation, o);
  watch_stop_signals();
  bool resumed = false;
  ResultTable table = open_table(comm, o, particles.size(), network.modes, provenance, resumed);
  std::optional<PoseLibrary> library;
  std::optional<Predictor> predictor;
  NoiseSpectrum noise;
  if (o.refine) {
    if (resumed) noise = table.load_vector(noise_name);
    if (noise.empty()) {
      noise = measure_noise(comm, o, particles, network, model);
      table.store_vector(noise_name, noise, "1", "noise power by shell of the unnormalised transform");
    }
  }
  collectively(comm, [&] {
    if (o.refine) library.emplace(make_pose_library(model, network.grid, AlignmentOptions{}));
    if (o.refine)
      predictor.emplace(network, model, noise, *library);
    else
      predictor.emplace(network, model);
  });
  const QueueSummary summary = predict_all(comm, o, particles, network.grid, *predictor, table);
  summarise(comm, o, *predictor, table, summary);
  table.close();
  if (!summary.stopped) return 0;
  spdlog::warn("predict: stopped on request; the same command with --resume goes on from here");
  return stopped_on_request;
}

}  // namespace elastem
