#include "mpi/alignment/calibration.hpp"

#include <cmath>
#include <optional>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "alignment/elastic_prior.hpp"
#include "core/error.hpp"
#include "mpi/alignment/contrast_check.hpp"
#include "mpi/alignment/noise_estimate.hpp"
#include "mpi/alignment/stored_noise.hpp"

namespace elastem {
namespace {

constexpr const char* widths_name = "prior_widths";

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

void describe(const ElasticModel& model, const Eigen::VectorXd& widths) {
  std::string text;
  for (Eigen::Index k = 0; k < std::min<Eigen::Index>(widths.size(), 5); ++k)
    text += fmt::format("{}{:.2f} Å", k == 0 ? "" : ", ",
                        widths[k] / std::sqrt(static_cast<double>(model.atom_count())));
  spdlog::info(
      "amplitudes: expected to move the atoms by {}{} (RMSD along each mode, learnt from the same particles)",
      text, widths.size() > 5 ? ", …" : "");
}

}  // namespace

std::vector<StoredVector> Calibration::stored(const ParticleSet& set) const {
  std::vector<StoredVector> vectors = stored_noise(set, noise);
  vectors.push_back(
      {widths_name,
       {prior_widths.begin(), prior_widths.end()},
       "Å",
       "standard deviation of the normal distribution about 0 that each image's amplitudes were "
       "expected to have, one value per mode"});
  return vectors;
}

Calibration Calibration::load(const ResultTable& table, const std::string& path,
                              const std::vector<bool>& used) {
  Calibration loaded{load_noise(table, path, used), {}};
  const std::vector<double> widths = table.load_vector(widths_name);
  if (widths.size() != table.modes().size())
    throw Error(
        fmt::format("{} holds no /fit/{}, without which the run cannot be resumed; start anew with "
                    "--overwrite",
                    path, widths_name));
  loaded.prior_widths =
      Eigen::Map<const Eigen::VectorXd>(widths.data(), static_cast<Eigen::Index>(widths.size()));
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
  Calibration found{background, with_defaults(o.alignment, model, set.grid).prior_widths};
  std::vector<AmplitudeEstimate> estimates;
  for (std::size_t g = 0; g < background.size(); ++g) {
    if (!background[g]) continue;
    const auto rows = residual_sample(set, count, g);
    spdlog::info("noise: from the residuals of {} particles of {}² pixels", rows.size(), set.grids[g].size);
    SampleEstimates sample(rows.size(), model.mode_count());
    const auto residual_of = [&](std::size_t place) {
      const auto fit = worker->align(rows[place]).fit;
      if (fit) sample.set(place, *fit);
      return worker->residual();
    };
    found.noise[g] = refine_noise(comm, *background[g], rows.size(), residual_of);
    for (AmplitudeEstimate& estimate : sample.together(comm)) estimates.push_back(std::move(estimate));
  }
  if (o.alignment.amplitude_range == 0 && model.mode_count() > 0) {
    found.prior_widths = learnt_widths(found.prior_widths, estimates);
    describe(model, found.prior_widths);
  }
  return found;
}

}  // namespace elastem
