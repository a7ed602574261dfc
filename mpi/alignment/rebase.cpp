#include "mpi/alignment/rebase.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <Eigen/Cholesky>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "alignment/outliers.hpp"
#include "alignment/rebased_model.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "modes/geometry.hpp"
#include "mpi/alignment/calibration.hpp"
#include "mpi/alignment/particle_aligner.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_file.hpp"

namespace elastem {
namespace {

constexpr std::int64_t most_sampled = 1024;
constexpr int held_out = 4;            // each fourth particle of the sample
constexpr int lanes = 8;               // in which sums are made, so that the number of ranks does not matter
constexpr std::ptrdiff_t fewest = 40;  // particles
constexpr int most_rounds = 6, most_iterations = 60;
constexpr double enough_gain =
    1e-3;  // of ln likelihood per particle: an iteration that gains less is the last
constexpr double freedom_step = 4, most_freedom = 1000;  // of the elastic law's variances
constexpr double generous = 1.25;                        // a distribution need not be normal

// A particle of the sample where a model was fitted to it.
struct SampleFit {
  Eigen::VectorXd amplitudes;
  Placement placement;  // but for the amplitudes
  double log_evidence = 0;
  bool teaches = false;
};

class Rebasing {
 public:
  Rebasing(const Communicator& comm, const ElasticModel& wide, Eigen::Index count, const ParticleSet& set,
           const cli::AlignOptions& o, std::int64_t particles)
      : comm_(comm), wide_(wide), count_(count), set_(set), o_(o), used_(used_grids(set, particles)) {
    const auto grids = std::ranges::count(used_, true);
    for (std::size_t g = 0; g < used_.size(); ++g)
      if (used_[g])
        for (const std::int64_t row : set.spread_rows(g, particles, most_sampled / grids))
          rows_.push_back(row);
    std::ranges::sort(rows_);
    present_ = rebased_model(wide, unit_components());
    present_.model.eigenvalues = wide.eigenvalues.head(std::min(count, wide.eigenvalues.size()));
    calibration_ = calibrate(comm, present_.model, set, o, particles);
    prior_ = calibration_.prior;
    const Eigen::MatrixXd root = prior_.covariance.llt().matrixL();
    Eigen::MatrixXd wide_root = Eigen::MatrixXd::Zero(wide.mode_count(), count);
    wide_root.topRows(count) = root;
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(wide.mode_count());
    mean.head(count) = prior_.mean;
    components_ = MotionComponents::of(mean, wide_root);
  }

  std::optional<Rebased> run() {
    std::vector<SampleFit> fits;
    if (!aligned(fits)) return std::nullopt;
    if (std::ranges::count_if(fits, &SampleFit::teaches) < fewest) {
      spdlog::warn("{} {} too few to learn modes from: the modes stay as they are",
                   counted(fits.size(), "particle"), verb(fits.size(), "is", "are"));
      return Rebased{std::move(present_.model), 0};
    }
    int rounds = 0;
    while (rounds < most_rounds) {
      const MotionComponents learnt = analysed(fits);
      RebasedModel before = std::exchange(present_, rebased_model(wide_, learnt));
      NormalPrior prior_before = std::exchange(prior_, prior_of(present_.base));
      std::vector<SampleFit> next;
      if (!aligned(next)) return std::nullopt;
      if (!is_better(rounds + 1, fits, next)) {
        present_ = std::move(before);
        prior_ = std::move(prior_before);
        break;
      }
      components_ = learnt;
      fits = std::move(next);
      ++rounds;
    }
    return Rebased{std::move(present_.model), rounds};
  }

 private:
  // Whether the particles that did not teach are more likely with the present model. Says how it moves.
  bool is_better(int round, const std::vector<SampleFit>& before, const std::vector<SampleFit>& after) const {
    constexpr Eigen::Index most_named = 5;
    const auto [gain, error] = held_out_gain(before, after);
    std::vector<std::string> widths;
    for (const double variance :
         present_.base.variances.head(std::min(most_named, present_.base.variances.size())))
      widths.push_back(
          fmt::format("{:.2f} Å", std::sqrt(variance / static_cast<double>(wide_.atom_count()))));
    spdlog::info(
        "rebase {}: {} of {} RMSD; of a particle that did not teach, ln likelihood grew by {:.2f} ± "
        "{:.2f}",
        round, counted(present_.base.variances.size(), "mode"), fmt::join(widths, ", "), gain, error);
    return gain > error;
  }

  MotionComponents unit_components() const {
    return {Eigen::VectorXd::Zero(wide_.mode_count()), Eigen::MatrixXd::Identity(wide_.mode_count(), count_),
            Eigen::VectorXd::Ones(count_)};
  }

  static NormalPrior prior_of(const MotionComponents& learnt) {
    const Eigen::VectorXd variances =
        generous * generous * learnt.variances.cwiseMax(1e-4 * learnt.variances[0]);
    return {Eigen::VectorXd::Zero(variances.size()), variances.asDiagonal()};
  }

  // The sample with the present model, on every rank. False where a stop was asked for.
  bool aligned(std::vector<SampleFit>& fits) {
    cli::AlignOptions o = o_;
    o.alignment.prior = prior_;
    const PerGrid<NodeLibrary> libraries = make_pose_libraries(comm_, present_.model, set_, used_, o);
    std::optional<ParticleAligner> worker;
    collectively(comm_, [&] {
      worker.emplace(present_.model, set_, calibration_.noise, libraries, o, calibration_.misfits);
    });
    const auto width = static_cast<std::size_t>(present_.model.mode_count() + 10);
    std::vector<double> table(rows_.size() * width, 0.0);
    QueueOptions queue;
    queue.show_progress = !o.common.quiet;
    queue.what = "particles to rebase with";
    const QueueSummary done = run_queue(
        comm_, {{0, static_cast<std::int64_t>(rows_.size())}}, queue,
        [&](std::int64_t i) {
          const ParticleResult result = worker->align(rows_[static_cast<std::size_t>(i)]);
          if (result.fit) pack(result, std::span(table).subspan(static_cast<std::size_t>(i) * width, width));
        },
        [](Range) {});
    if (done.stopped) return false;
    comm_.sum(table);
    fits = unpacked(table, width);
    return true;
  }

  static void pack(const ParticleResult& result, std::span<double> row) {
    const auto k = static_cast<std::size_t>(result.amplitudes.size());
    row[0] = 1;
    row[1] = result.fit->log_evidence;
    std::ranges::copy(result.euler_angles, row.subspan(2).begin());
    std::ranges::copy(result.shift, row.subspan(5).begin());
    row[7] = result.fit->defocus_change;
    row[8] = result.score;
    row[9] = result.fit->chi2;
    std::ranges::copy(result.amplitudes, row.subspan(10, k).begin());
  }

  std::vector<SampleFit> unpacked(const std::vector<double>& table, std::size_t width) const {
    const double normalisation = prior_.covariance.llt().matrixLLT().diagonal().array().log().sum();
    std::vector<SampleFit> fits(rows_.size());
    QualityTally quality;
    for (const double* row = table.data(); row < table.data() + table.size(); row += width)
      if (row[0] != 0) quality.add(row[8], row[9]);
    const OutlierLimits limits = quality.limits();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double* row = table.data() + i * width;
      if (row[0] == 0 || limits.exceeded(row[8], row[9])) continue;
      SampleFit& fit = fits[i];
      fit.teaches = true;
      fit.log_evidence = row[1] - normalisation;
      fit.placement.rotation = rotation_matrix(row[2], row[3], row[4]);
      fit.placement.shift = {row[5], row[6]};
      fit.placement.defocus_change = row[7];
      fit.amplitudes = Eigen::Map<const Eigen::VectorXd>(row + 10, present_.model.mode_count());
    }
    return fits;
  }

  static bool is_held_out(std::size_t i) { return i % held_out == held_out - 1; }

  // Mean of the differences of ln evidence of the particles that did not teach, and its standard error; each
  // counts at most so much, as lost poses may be found by chance.
  static std::pair<double, double> held_out_gain(const std::vector<SampleFit>& before,
                                                 const std::vector<SampleFit>& after) {
    constexpr double most = 30;
    double sum = 0, squares = 0, count = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (!is_held_out(i) || !before[i].teaches || !after[i].teaches) continue;
      const double gain = std::clamp(after[i].log_evidence - before[i].log_evidence, -most, most);
      sum += gain;
      squares += gain * gain;
      count += 1;
    }
    if (count < 2) return {0, 1};
    const double mean = sum / count;
    return {mean, std::sqrt(std::max(squares / count - mean * mean, 0.0) / (count - 1))};
  }

  // Of each lane of this rank, places in the sample and what their images say.
  using Images = std::vector<std::vector<std::pair<std::size_t, Linearisation>>>;

  // What the images of this rank's lanes say of the wide model, where they were fitted.
  Images linearised(const std::vector<SampleFit>& fits) {
    Images found(lanes);
    collectively(comm_, [&] {
      PreparedParticles particles(set_, calibration_.noise, o_);
      PerGrid<Lineariser> linearisers(set_.grids.size());
      for (int lane = comm_.rank(); lane < lanes; lane += comm_.size()) {
        for (auto i = static_cast<std::size_t>(lane); i < fits.size(); i += lanes) {
          if (!fits[i].teaches || particles.read(rows_[i]) != FailureReason::none) continue;
          auto& lineariser = linearisers[particles.grid()];
          if (!lineariser) {
            AlignmentOptions options = o_.alignment;
            options.misfit = calibration_.misfits[particles.grid()].value_or(Misfit{});
            lineariser.emplace(wide_, set_.grids[particles.grid()], *calibration_.noise[particles.grid()],
                               options);
          }
          Placement at = fits[i].placement;
          at.amplitudes = present_.in_first(fits[i].amplitudes);
          auto about = lineariser->about(particles.image(), particles.particle().ctf, at);
          if (about) found[static_cast<std::size_t>(lane)].emplace_back(i, std::move(*about));
        }
      }
    });
    return found;
  }

  // The components by which held-out images are most likely.
  struct Learnt {
    MotionComponents components;
    double likelihood = -std::numeric_limits<double>::infinity();
  };

  Learnt learnt_with(const Images& images, double freedom) const {
    Eigen::VectorXd law = elastic_prior(wide_, default_amplitude(wide_.atom_count())).covariance.diagonal();
    law *= freedom * components_.variances.sum() / law.head(count_).sum();
    ComponentAnalysis analysis(components_, law);
    Learnt best;
    for (int i = 0; i <= most_iterations; ++i) {
      const double likelihood = held_out_likelihood(analysis, images);
      spdlog::debug("  freedom {}, {} iterations: held-out ln likelihood {:.3f}", freedom, i, likelihood);
      if (likelihood < best.likelihood + enough_gain) break;
      best = {analysis.components(), likelihood};
      analysis.maximise(summed(analysis, images));
    }
    return best;
  }

  // How far the elastic law lets the components go is the data's choice, too.
  MotionComponents analysed(const std::vector<SampleFit>& fits) {
    const Images images = linearised(fits);
    Learnt best = learnt_with(images, freedom_);
    for (const double factor : {freedom_step, 1 / freedom_step}) {
      const double before = freedom_;
      while (freedom_ < most_freedom && freedom_ > 1 / most_freedom) {
        Learnt other = learnt_with(images, freedom_ * factor);
        if (!(other.likelihood > best.likelihood)) break;
        best = std::move(other);
        freedom_ *= factor;
      }
      if (freedom_ != before) break;
    }
    return best.components;
  }

  double held_out_likelihood(const ComponentAnalysis& analysis, const Images& images) const {
    std::vector<double> sums(2 * lanes, 0.0);
    for (std::size_t lane = 0; lane < lanes; ++lane)
      for (const auto& [i, image] : images[lane])
        if (is_held_out(i)) {
          sums[2 * lane] += analysis.log_likelihood(image);
          sums[2 * lane + 1] += 1;
        }
    comm_.sum(sums);
    double sum = 0, count = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      sum += sums[2 * lane];
      count += sums[2 * lane + 1];
    }
    return count > 0 ? sum / count : 0;
  }

  ComponentAnalysis::Sums summed(const ComponentAnalysis& analysis, const Images& images) const {
    ComponentAnalysis::Sums total = analysis.zero();
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      ComponentAnalysis::Sums sums = analysis.zero();
      for (const auto& [i, image] : images[lane])
        if (!is_held_out(i)) analysis.add(image, sums);
      comm_.sum(sums.left);
      comm_.sum(sums.right);
      total.left += sums.left;
      total.right += sums.right;
    }
    return total;
  }

  const Communicator& comm_;
  const ElasticModel& wide_;
  Eigen::Index count_;
  const ParticleSet& set_;
  const cli::AlignOptions& o_;
  std::vector<bool> used_;
  std::vector<std::int64_t> rows_;
  Calibration calibration_;
  MotionComponents components_;  // of the wide model, as learnt so far
  RebasedModel present_;         // with which the sample is aligned
  NormalPrior prior_;
  double freedom_ = 1;
};

}  // namespace

std::optional<Rebased> rebase(const Communicator& comm, const ElasticModel& wide, Eigen::Index chosen,
                              const ParticleSet& set, const cli::AlignOptions& o, std::int64_t particles) {
  require(chosen > 0 && chosen <= wide.mode_count(), "some of the modes are fitted at first");
  return Rebasing(comm, wide, chosen, set, o, particles).run();
}

WideModel read_wide_model(const Communicator& comm, const std::string& modes_file,
                          const std::string& selection, const cli::AtomModelOption& option) {
  constexpr std::size_t most_modes = 200, enough_modes = 5;  // the latter per chosen one
  std::vector<int> modes;
  std::size_t chosen = 0;
  on_root(comm, [&] {
    const ModesFile file = read_modes_table(modes_file);
    modes = selected_modes(file, selection);
    chosen = modes.size();
    for (const int number : file.modes.numbers)
      if (modes.size() < most_modes && std::ranges::find(modes, number) == modes.end())
        modes.push_back(number);
  });
  comm.broadcast(modes);
  comm.broadcast(chosen);
  if (modes.size() < enough_modes * chosen)
    spdlog::warn("{} has {}: motion is learnt better of more, e.g. elastem modes --modes {}", modes_file,
                 counted(modes.size(), "mode"), first_elastic_mode + most_modes - 1);
  return {read_model(comm, modes_file, format_number_list(modes), option), static_cast<Eigen::Index>(chosen)};
}

void write_rebased(const Communicator& comm, const std::string& path, const std::string& first,
                   const ElasticModel& model, const Provenance& provenance) {
  ModesFile content;
  on_root(comm, [&] { content = read_modes_table(first); });
  NormalModes& modes = content.modes;
  modes = {};
  modes.numbers = model.mode_numbers;
  modes.eigenvalues = model.eigenvalues;
  const Range nodes = equal_share(comm, model.atom_count());
  modes.vectors.resize(3 * nodes.count, model.mode_count());
  if (model.curved()) modes.rotations.resize(3 * nodes.count, model.mode_count());
  modes.collectivity.resize(model.mode_count());
  for (Eigen::Index k = 0; k < model.mode_count(); ++k) {
    const auto vector = model.modes[static_cast<std::size_t>(k)].values();
    modes.vectors.col(k) = vector.middleCols(nodes.first, nodes.count).reshaped();
    if (model.curved())
      modes.rotations.col(k) = model.rotations[static_cast<std::size_t>(k)]
                                   .values()
                                   .middleCols(nodes.first, nodes.count)
                                   .reshaped();
    modes.collectivity[k] = collectivity(vector.reshaped());
  }
  modes.score = mode_scores(modes.collectivity);
  modes.enabled.assign(modes.numbers.size(), 1);
  on_root(comm, [&] {
    const Geometry geometry(content.structure);
    const GeometryReport input = geometry.report(content.structure.positions);
    content.structure.positions = model.curved() ? geometry.restored(model.positions) : model.positions;
    spdlog::info("geometry of the new reference: {}",
                 geometry_text(geometry.report(content.structure.positions), input));
  });
  write_modes(comm, path, content, nodes.first, provenance);
}

}  // namespace elastem
