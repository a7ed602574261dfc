#include "learning/predictor.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "core/stage_times.hpp"
#include "imaging/pose.hpp"

namespace elastem {
namespace {

/// A fit whose correlation lies this many standard deviations below the labels' median is doubted. Of good
/// fits 16 % are, which costs them a search of 4 ms and brief fits of what it finds; of wrong fits (adenylate
/// kinase, SNR 0.1) 0.7 % pass, with two deviations 2.7 %.
constexpr double doubtful_deviations = 1;
/// Scores of images without noise hardly differ: what is this near to the median is as good.
constexpr double least_deviation = 1e-3;

}  // namespace

Network restored_network(const Checkpoint& checkpoint) {
  Network network(checkpoint.architecture, checkpoint.seed, checkpoint.precision);
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
      usual_score_(checkpoint.median_score -
                   std::max(least_deviation, doubtful_deviations * checkpoint.score_deviation)),
      network_(restored_network(checkpoint)),
      signal_(model, checkpoint.grid, checkpoint.architecture.input_size) {}

Predictor::Predictor(const Checkpoint& checkpoint, const ElasticModel& model, const NoiseSpectrum& noise,
                     const PoseLibrary& library)
    : Predictor(checkpoint, model) {
  aligner_.emplace(model, checkpoint.grid, noise, AlignmentOptions{}, &library);
}

Predictor::Times Predictor::times() const {
  Times times = times_;
  if (aligner_) times.fits = aligner_->times();
  return times;
}

Prediction Predictor::ask(const Image& image, const Ctf& ctf) {
  const TimedScope watch(times_.network);
  Image input;
  signal_.input().prepare(image, ctf, input);
  return predict_label(network_, input, scaling_);
}

ParticleResult Predictor::predict(const Image& image, const Ctf& ctf) {
  const Prediction prediction = ask(image, ctf);
  return aligner_ ? refined(image, ctf, prediction) : unrefined(image, ctf, prediction.best);
}

ParticleResult Predictor::unrefined(const Image& image, const Ctf& ctf, const Label& label) {
  const TimedScope watch(times_.score);
  ParticleResult result;
  result.amplitudes = label.amplitudes;
  result.euler_angles = euler_angles(label.rotation);
  result.shift = label.shift;
  result.standard_errors = standard_errors(label.errors);
  result.score = signal_.correlation(image, ctf, label);
  result.state = ParticleState::done;
  return result;
}

/// What the network expects, grown to what its validation images taught; ∞ where there were none.
Eigen::VectorXd Predictor::standard_errors(const LabelErrors& expected) const {
  const Eigen::Index k = expected.amplitudes.size();
  if (errors_.growth.empty())
    return Eigen::VectorXd::Constant(k + 5, std::numeric_limits<double>::infinity());
  const Eigen::Map<const Eigen::VectorXd> growth(errors_.growth.data(), k + 2);
  Eigen::VectorXd errors(k + 5);
  errors << expected.amplitudes.cwiseProduct(growth.head(k)),
      Eigen::Vector3d::Constant(expected.rotation * growth[k]),
      Eigen::Vector2d::Constant(expected.shift * growth[k + 1]);
  return errors;
}

ParticleResult Predictor::refined(const Image& image, const Ctf& ctf, const Prediction& prediction) {
  std::vector<Placement> starts;
  for (const Eigen::Matrix3d& rotation : prediction.orientations)
    starts.push_back({prediction.best.amplitudes, rotation, prediction.best.shift});
  return aligner_->refine(image, ctf, starts, usual_score_);
}

}  // namespace elastem
