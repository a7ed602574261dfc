#include "learning/predictor.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "imaging/pose.hpp"

namespace elastem {
namespace {

constexpr std::size_t most_starts = 8;
/// A fit whose correlation lies this many standard deviations below the labels' median is doubted. Of good
/// fits 16 % are, which costs them no more than a search; the wrong ones that are not differ too little to be
/// told.
constexpr double doubtful_deviations = 1;

}  // namespace

Network restored_network(const Checkpoint& checkpoint) {
  Network network(checkpoint.architecture, checkpoint.seed);
  if (network.weights().size() != checkpoint.weights.size())
    throw Error("the network has " + std::to_string(checkpoint.weights.size()) +
                " weights, its architecture '" + checkpoint.architecture.name + "' has " +
                std::to_string(network.weights().size()) +
                ": it was written by another version of elastem; train again");
  std::copy(checkpoint.weights.begin(), checkpoint.weights.end(), network.weights().begin());
  return network;
}

Predictor::Predictor(const Checkpoint& checkpoint, const ElasticModel& model)
    : scaling_(checkpoint.scaling),
      errors_(checkpoint.errors),
      usual_score_(checkpoint.median_score - doubtful_deviations * checkpoint.score_deviation),
      network_(restored_network(checkpoint)),
      maker_(checkpoint.grid),
      projector_(model, checkpoint.grid) {}

Predictor::Predictor(const Checkpoint& checkpoint, const ElasticModel& model, const NoiseSpectrum& noise,
                     const PoseLibrary& library)
    : Predictor(checkpoint, model) {
  aligner_.emplace(model, checkpoint.grid, noise, AlignmentOptions{}, &library);
}

ParticleResult Predictor::predict(const Image& image, const Ctf& ctf) {
  Image input;
  maker_.prepare(image, ctf, input);
  const Prediction prediction = predict_label(network_, input, scaling_);
  return aligner_ ? refined(image, ctf, prediction) : unrefined(image, ctf, prediction.best);
}

ParticleResult Predictor::unrefined(const Image& image, const Ctf& ctf, const Label& label) {
  ParticleResult result;
  result.amplitudes = label.amplitudes;
  result.euler_angles = euler_angles(label.rotation);
  result.shift = label.shift;
  std::vector<double> errors = errors_.amplitudes;
  errors.insert(errors.end(), errors_.rotation.begin(), errors_.rotation.end());
  errors.insert(errors.end(), errors_.shift.begin(), errors_.shift.end());
  errors.resize(static_cast<std::size_t>(label.amplitudes.size() + 5),
                std::numeric_limits<double>::infinity());
  result.standard_errors =
      Eigen::Map<const Eigen::VectorXd>(errors.data(), static_cast<Eigen::Index>(errors.size()));
  result.score = correlation(projector_, maker_, image, ctf, label);
  result.state = ParticleState::done;
  return result;
}

std::vector<Placement> Predictor::starts(const Image& image, const Ctf& ctf, const Prediction& prediction) {
  struct Start {
    Placement placement;
    double score;
  };
  std::vector<Start> candidates;
  for (const Eigen::Matrix3d& rotation : prediction.orientations) {
    const Label label{prediction.best.amplitudes, rotation, prediction.best.shift};
    candidates.push_back({{label.amplitudes, label.rotation, label.shift},
                          correlation(projector_, maker_, image, ctf, label)});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Start& a, const Start& b) { return a.score > b.score; });
  std::vector<Placement> chosen;
  for (const Start& start : candidates)
    if (chosen.size() < most_starts) chosen.push_back(start.placement);
  return chosen;
}

ParticleResult Predictor::refined(const Image& image, const Ctf& ctf, const Prediction& prediction) {
  ParticleResult fit = aligner_->refine(image, ctf, starts(image, ctf, prediction));
  if (fit.state == ParticleState::done && fit.score >= usual_score_) return fit;
  ++searched_;
  ParticleResult found = aligner_->align(image, ctf);
  if (found.state != ParticleState::done) return fit;
  return fit.state == ParticleState::done && fit.score >= found.score ? fit : found;
}

}  // namespace elastem
