#include "mpi/alignment/contrast_check.hpp"

#include <cmath>

#include <spdlog/spdlog.h>

namespace elastem {

namespace {

constexpr std::int64_t most_particles = 32;

/// z₊² − z₋² of one particle after another.
class SignComparison {
 public:
  SignComparison(const ElasticModel& model, const ParticleSet& set, const PerGrid<NoiseSpectrum>& noise,
                 const cli::AlignOptions& o)
      : model_(&model), set_(&set), local_(o.local), particles_(set, noise, o), searches_(set.grids.size()) {
    rigid_ = model;
    rigid_.modes.clear();
    rigid_.rotations.clear();
    rigid_.mode_numbers.clear();
    rigid_.eigenvalues.resize(0);
    for (std::size_t g = 0; g < searches_.size(); ++g)
      if (noise[g] && !local_) searches_[g].emplace(rigid_, set.grids[g], *noise[g], o);
  }

  double operator()(std::int64_t i) {
    if (particles_.read(i) != FailureReason::none) return 0;
    const Particle& particle = particles_.particle();
    const Image& image = particles_.image();
    if (!local_) return searches_[particles_.grid()]->difference(image, particle.ctf);
    const Placement at = {Eigen::VectorXd::Zero(model_->mode_count()), rotation_matrix(particle.pose),
                          particle.pose.shift};
    const double z =
        placement_score(*model_, set_->grids[particles_.grid()], image, particle.ctf, particles_.noise(), at);
    return z * std::abs(z);
  }

 private:
  /// A coarse search of the mean structure on one grid.
  class Search {
   public:
    Search(const ElasticModel& model, ImageGrid grid, const NoiseSpectrum& noise, const cli::AlignOptions& o)
        : options_(coarse(o)),
          library_(model, grid, search_options(model, grid, options_)),
          aligner_(model, grid, noise, options_, &*library_) {}

    double difference(const Image& image, const Ctf& ctf) {
      return aligner_.evidence(image, ctf) - aligner_.evidence(-image, ctf);
    }

   private:
    static AlignmentOptions coarse(const cli::AlignOptions& o) {
      AlignmentOptions options = o.alignment;
      options.angular_step = std::max(options.angular_step, 20.0);
      options.search_resolution = 0;  // what such steps need
      options.candidates = options.finalists = 1;
      return options;
    }

    AlignmentOptions options_;
    OwnPoseLibrary library_;
    Aligner aligner_;
  };

  const ElasticModel* model_;
  const ParticleSet* set_;
  bool local_;
  ElasticModel rigid_;
  PreparedParticles particles_;
  PerGrid<Search> searches_;
};

}  // namespace

bool ContrastEvidence::turned() const {
  return sum < -3 * std::sqrt(squares);
}

ContrastEvidence contrast_evidence(const Communicator& comm, const ElasticModel& model,
                                   const ParticleSet& set, const PerGrid<NoiseSpectrum>& noise,
                                   const cli::AlignOptions& o, std::int64_t count) {
  const std::int64_t sample = std::min(count, most_particles);
  std::vector<double> differences(static_cast<std::size_t>(sample), 0.0);  // each is one rank's
  collectively(comm, [&] {
    if (comm.rank() >= sample) return;
    SignComparison compare(model, set, noise, o);
    for (std::int64_t i = comm.rank(); i < sample; i += comm.size())
      differences[static_cast<std::size_t>(i)] = compare(i * count / sample);
  });
  comm.sum(differences);
  ContrastEvidence evidence;
  for (const double d : differences) {
    evidence.sum += d;
    evidence.squares += d * d;
    evidence.particles += d != 0 ? 1 : 0;
  }
  return evidence;
}

void warn_of_contrast(const Communicator& comm, const ElasticModel& model, const ParticleSet& set,
                      const PerGrid<NoiseSpectrum>& noise, const cli::AlignOptions& o, std::int64_t count) {
  const ContrastEvidence evidence = contrast_evidence(comm, model, set, noise, o, count);
  if (!comm.root()) return;
  spdlog::debug("contrast: {:.4g} ± {:.3g} over {} particles speak for the sign as it is read", evidence.sum,
                std::sqrt(evidence.squares), evidence.particles);
  if (!evidence.turned()) return;
  spdlog::warn(
      "{}: {} particles fit the structure better with the sign of their contrast turned (χ² by {:.0f}, "
      "{:.1f} "
      "standard deviations): {}",
      set.path, evidence.particles, -evidence.sum, -evidence.sum / std::sqrt(evidence.squares),
      set.all_overfocus
          ? "every defocus is negative, which turns the contrast: see the warning about the defocus"
      : o.source.inverted ? "leave --invert out, the molecules seem to be bright already"
                          : "the molecules seem to be dark, --invert reads them so");
}

}  // namespace elastem
