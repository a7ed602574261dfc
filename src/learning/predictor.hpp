#pragma once

#include <optional>
#include <vector>

#include "alignment/aligner.hpp"
#include "imaging/particle.hpp"
#include "learning/checkpoint.hpp"
#include "learning/prediction.hpp"
#include "learning/signal.hpp"

namespace elastem {

/// Predicts one particle after another: a pure function of (image, CTF, checkpoint, model, noise). Owns
/// scratch memory: one a thread.
class Predictor {
 public:
  /// Predictions as the network gives them; their standard errors are those the network expects, grown
  /// to what its validation images taught (∞ where none were set aside), their score the normalised
  /// cross-correlation with the projection.
  Predictor(const Checkpoint& checkpoint, const ElasticModel& model);
  /// Predictions refined against the image. `noise`: see Aligner; `library`: for the search where the
  /// refinement of the network's hypotheses does not resemble the image as much as the labelled particles do.
  Predictor(const Checkpoint& checkpoint, const ElasticModel& model, const NoiseSpectrum& noise,
            const PoseLibrary& library);

  ParticleResult predict(const Image& image, const Ctf& ctf);
  /// Where the time went so far, in seconds.
  struct Times {
    double network = 0;  ///< its input and its answers
    double score = 0;    ///< of predictions that are not refined
    Aligner::Times fits;
  };
  Times times() const;
  /// Particles so far whose pose had to be searched.
  std::int64_t searched() const { return aligner_ ? aligner_->searches() : 0; }

 private:
  Prediction ask(const Image& image, const Ctf& ctf);
  ParticleResult unrefined(const Image& image, const Ctf& ctf, const Label& label);
  Eigen::VectorXd standard_errors(const LabelErrors& expected) const;
  ParticleResult refined(const Image& image, const Ctf& ctf, const Prediction& prediction);

  LabelScaling scaling_;
  PredictionErrors errors_;
  double usual_score_;  ///< a fit below it is doubted
  Network network_;
  SignalMaker signal_;
  std::optional<Aligner> aligner_;
  Times times_;  ///< without those of the aligner
};

/// The network of a checkpoint.
Network restored_network(const Checkpoint& checkpoint);

}  // namespace elastem
