#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "alignment/aligner.hpp"
#include "imaging/particle.hpp"
#include "learning/checkpoint.hpp"
#include "learning/prediction.hpp"
#include "learning/signal.hpp"

namespace elastem {

/// Predicts one particle after another: a pure function of (image, its grid, CTF, checkpoint, model, noise).
/// Images may be of several grids, which are told beforehand. Owns scratch memory: one per thread.
class Predictor {
 public:
  /// `checkpoint` and `model` must outlive it.
  Predictor(const Checkpoint& checkpoint, const ElasticModel& model);

  /// Images of this grid, which need not be the network's (see InputMaker), are predicted as the network
  /// says; their standard errors are those it expects, grown to what its validation images taught (∞ where
  /// none were set aside), their score is the normalised cross-correlation with the projection. Returns the
  /// grid's number, counted from 0.
  std::size_t add_grid(ImageGrid images);
  /// The same, but predictions are refined against the image. `noise`: see Aligner; `library`: for the search
  /// where the refinement of the network's hypotheses does not resemble the image as much as the labelled
  /// particles do.
  std::size_t add_grid(ImageGrid images, const NoiseSpectrum& noise, const PoseLibrary& library);

  /// Of an image of the grid with this number.
  ParticleResult predict(std::size_t grid, const Image& image, const Ctf& ctf);
  /// Where the time went so far, in seconds.
  struct Times {
    double network = 0;  ///< its input and its answers
    double score = 0;    ///< of predictions that are not refined
    Aligner::Times fits;
  };
  Times times() const;
  /// Particles so far whose pose had to be searched.
  std::int64_t searched() const;

 private:
  /// What the images of one grid need.
  struct Grid {
    Grid(const ElasticModel& model, const Checkpoint& checkpoint, ImageGrid images);
    SignalMaker signal;
    double doubted_below;  ///< the correlation of a fit
    std::optional<Aligner> aligner;
  };

  Prediction ask(Grid& grid, const Image& image, const Ctf& ctf);
  ParticleResult unrefined(Grid& grid, const Image& image, const Ctf& ctf, const Label& label);
  Eigen::VectorXd standard_errors(const LabelErrors& expected) const;
  ParticleResult refined(Grid& grid, const Image& image, const Ctf& ctf, const Prediction& prediction) const;

  const Checkpoint* checkpoint_;
  const ElasticModel* model_;
  Network network_;
  std::vector<std::unique_ptr<Grid>> grids_;
  Times times_;  ///< without those of the aligners
};

/// The sample of the amplitudes that the network was trained on, K×M in Å.
Eigen::MatrixXd sampled_amplitudes(const Checkpoint& checkpoint);

/// How predictions are refined: with the spread of the amplitudes that the network was trained on.
AlignmentOptions refinement_options(const Checkpoint& checkpoint, const ElasticModel& model);

/// Throws Error where images are not as wide as the molecule.
void require_whole_molecule(const ElasticModel& model, ImageGrid images);

/// The network of a checkpoint.
Network restored_network(const Checkpoint& checkpoint);

}  // namespace elastem
