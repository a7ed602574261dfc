#include "mpi/alignment/calibration.hpp"

#include <array>
#include <cmath>
#include <optional>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "alignment/elastic_prior.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "mpi/alignment/contrast_check.hpp"
#include "mpi/alignment/noise_estimate.hpp"
#include "mpi/alignment/stored_motion.hpp"
#include "mpi/alignment/stored_noise.hpp"

namespace elastem {
namespace {

// A row per particle of the sample: 1 if it was aligned, its amplitudes and their covariance. Each row is one
// rank's, the others add 0.
class SampleEstimates {
 public:
  SampleEstimates(std::size_t particles, Eigen::Index modes)
      : modes_(modes),
        width_(static_cast<std::size_t>(1 + modes + modes * modes)),
        table_(particles * width_, 0.0) {}

  void set(std::size_t place, const FitDetails& fit) {
    const AmplitudeEstimate estimate = amplitudes_alone(fit);
    double* row = table_.data() + place * width_;
    row[0] = 1;
    Eigen::Map<Eigen::VectorXd>(row + 1, modes_) = estimate.amplitudes;
    Eigen::Map<Eigen::MatrixXd>(row + 1 + modes_, modes_, modes_) = estimate.covariance;
  }

  // Those of all ranks, in the order of the sample. Collective.
  std::vector<AmplitudeEstimate> together(const Communicator& comm) {
    comm.sum(table_);
    std::vector<AmplitudeEstimate> estimates;
    for (auto row = table_.begin(); row != table_.end(); row += static_cast<std::ptrdiff_t>(width_))
      if (row[0] != 0)
        estimates.push_back({Eigen::Map<const Eigen::VectorXd>(&row[1], modes_),
                             Eigen::Map<const Eigen::MatrixXd>(&row[1 + modes_], modes_, modes_)});
    return estimates;
  }

 private:
  Eigen::Index modes_;
  std::size_t width_;
  std::vector<double> table_;
};

// The widths of the distribution as motion of the atoms.
void describe(const ElasticModel& model, const NormalPrior& prior) {
  constexpr Eigen::Index most = 5;
  std::vector<std::string> widths;
  for (const double width : prior.widths().head(std::min(most, prior.mean.size())))
    widths.push_back(fmt::format("{:.2f} Å", width / std::sqrt(static_cast<double>(model.atom_count()))));
  spdlog::info("amplitudes: expected to spread by {}{} (RMSD per mode), from the same particles",
               fmt::join(widths, ", "), prior.mean.size() > most ? ", …" : "");
}

// Where more than noise is left.
void describe(const Misfit& misfit) {
  std::vector<std::string> shells;
  for (const std::size_t parts : std::array<std::size_t, 3>{8, 4, 2}) {
    const std::size_t shell = misfit.factor.size() / parts;
    if (shell > 0)
      shells.push_back(
          fmt::format("{:.2f} at {:.0f} Å", misfit.factor[shell], misfit.box / static_cast<double>(shell)));
  }
  spdlog::info("misfit: under the particle the noise counts {}", fmt::join(shells, ", "));
}

}  // namespace

std::vector<StoredVector> Calibration::stored(const ParticleSet& set) const {
  std::vector<StoredVector> vectors = stored_noise(set, noise);
  for (StoredVector& vector : stored_misfits(misfits)) vectors.push_back(std::move(vector));
  for (StoredVector& vector : stored_normal(prior)) vectors.push_back(std::move(vector));
  return vectors;
}

Calibration Calibration::load(const ResultTable& table, const std::string& path,
                              const std::vector<bool>& used) {
  Calibration loaded{load_noise(table, path, used), load_misfits(table, used), load_normal(table)};
  if (loaded.prior.empty() && !table.modes().empty())
    throw Error(path +
                " holds no /fit/normal_mean and normal_covariance, without which the run cannot be resumed; "
                "start anew with --overwrite");
  return loaded;
}

Calibration calibrate(const Communicator& comm, const ElasticModel& model, const ParticleSet& set,
                      const cli::AlignOptions& o, std::int64_t count) {
  const std::vector<bool> used = used_grids(set, count);
  const PerGrid<NoiseSpectrum> background = background_noises(comm, set, used, count);
  warn_of_contrast(comm, model, set, background, o, count);
  const PerGrid<NodeLibrary> libraries = make_pose_libraries(comm, model, set, used, o);
  std::optional<ParticleAligner> worker;
  collectively(comm, [&] { worker.emplace(model, set, background, libraries, o); });
  Calibration found{background, PerGrid<Misfit>(background.size()),
                    with_defaults(o.alignment, model, set.grid).prior};
  std::vector<AmplitudeEstimate> estimates;
  for (std::size_t g = 0; g < background.size(); ++g) {
    if (!background[g]) continue;
    const auto rows = residual_sample(set, count, g);
    spdlog::info("noise: from the residuals of {} of {}² pixels", counted(rows.size(), "particle"),
                 set.grids[g].size);
    SampleEstimates sample(rows.size(), model.mode_count());
    const auto residual_of = [&](std::size_t place) {
      const auto fit = worker->align(rows[place]).fit;
      if (fit) sample.set(place, *fit);
      return worker->residual();
    };
    const std::vector<Residual> residuals =
        sample_residuals(comm, background[g]->size(), rows.size(), residual_of);
    if (!residuals.empty()) {
      found.noise[g] = noise_from_residuals(residuals);
      found.misfits[g] = misfit_of_residuals(residuals, set.grids[g].size * set.grids[g].pixel_size);
      describe(*found.misfits[g]);
    }
    for (AmplitudeEstimate& estimate : sample.together(comm)) estimates.push_back(std::move(estimate));
  }
  if (o.alignment.amplitude_range == 0 && model.mode_count() > 0) {
    found.prior = learnt_normal(found.prior, estimates);
    describe(model, found.prior);
  }
  return found;
}

}  // namespace elastem
