#include "mpi/learning/validation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "imaging/pose.hpp"
#include "learning/prediction.hpp"

namespace elastem {
namespace {

/// Sums over images, for a reduction over ranks.
class Tally {
 public:
  explicit Tally(std::size_t modes) : modes_(modes), sums_(6 + 2 * (modes + 5) + 2, 0.0) {}

  void add(const Prediction& prediction, const Label& label, double loss) {
    const Label& answer = prediction.best;
    const Eigen::VectorXd dq = answer.amplitudes - label.amplitudes;
    const Eigen::Vector3d turn = rotation_vector(answer.rotation, label.rotation);
    const Eigen::Vector2d ds = answer.shift - label.shift;
    const bool found =
        std::any_of(prediction.orientations.begin(), prediction.orientations.end(),
                    [&](const auto& r) { return rotation_distance(r, label.rotation) < found_degrees; });
    const std::array<double, 6> means = {
        1, loss, dq.cwiseAbs().mean(), turn.norm(), ds.cwiseAbs().mean(), found ? 1.0 : 0.0};
    for (std::size_t i = 0; i < means.size(); ++i) sums_[i] += means[i];
    Eigen::Map<Eigen::VectorXd> squares(sums_.data() + 6, static_cast<Eigen::Index>(modes_) + 5);
    Eigen::VectorXd errors(squares.size());
    errors << dq, turn, ds;
    squares += errors.cwiseAbs2();
    Eigen::Map<Eigen::VectorXd> expected(sums_.data() + 11 + modes_, static_cast<Eigen::Index>(modes_) + 2);
    Eigen::VectorXd own(expected.size());
    own << answer.errors.amplitudes, answer.errors.rotation, answer.errors.shift;
    expected += own.cwiseAbs2();
  }

  std::span<double> sums() { return sums_; }
  double mean(std::size_t i) const { return sums_[i] / sums_[0]; }
  /// Root mean square of value i of (q₁ … q_K, three rotations, two shifts).
  double root(std::size_t i) const { return std::sqrt(mean(6 + i)); }
  /// Root mean square of expected error i of (q₁ … q_K, rotation, shift).
  double expected(std::size_t i) const { return std::sqrt(mean(11 + modes_ + i)); }

 private:
  std::size_t modes_;
  std::vector<double> sums_;
};

PredictionErrors errors_of(const Tally& tally, std::size_t k) {
  PredictionErrors errors;
  for (std::size_t i = 0; i < k; ++i) errors.amplitudes.push_back(tally.root(i));
  for (std::size_t i = k; i < k + 3; ++i) errors.rotation.push_back(tally.root(i));
  for (std::size_t i = k + 3; i < k + 5; ++i) errors.shift.push_back(tally.root(i));
  const auto norm = [](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value * value;
    return std::sqrt(sum / static_cast<double>(values.size()));
  };
  const auto growth = [](double error, double expected) { return expected > 0 ? error / expected : 1.0; };
  for (std::size_t i = 0; i < k; ++i)
    errors.growth.push_back(growth(errors.amplitudes[i], tally.expected(i)));
  errors.growth.push_back(growth(norm(errors.rotation), tally.expected(k)));
  errors.growth.push_back(growth(norm(errors.shift), tally.expected(k + 1)));
  return errors;
}

}  // namespace

void validate(const Communicator& comm, Network& network, const LabelScaling& scaling,
              const ValidationImages& images, std::size_t count, EpochRecord& record,
              PredictionErrors& errors) {
  const std::size_t k = scaling.amplitude_mean.size();
  Tally tally(k);
  Image input;
  Label label;
  std::vector<float> target(target_count(k));
  for (std::size_t i = 0; i < count; ++i) {
    if (!images(i, input, label)) continue;
    const Prediction prediction = predict_label(network, input, scaling);
    encode_label(label, scaling, target);
    const std::vector<float> output = network.predict({input.data(), static_cast<std::size_t>(input.size())});
    tally.add(prediction, label, network.loss(output, target).loss);
  }
  comm.sum(tally.sums());
  if (tally.sums()[0] == 0) {
    record.validation_loss = record.validation_amplitude = record.validation_angle = record.validation_shift =
        record.validation_found = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  record.validation_loss = tally.mean(1);
  record.validation_amplitude = tally.mean(2);
  record.validation_angle = tally.mean(3);
  record.validation_shift = tally.mean(4);
  record.validation_found = tally.mean(5);
  errors = errors_of(tally, k);
}

}  // namespace elastem
