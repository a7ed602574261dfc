#include "alignment/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <Eigen/Geometry>

#include "alignment/result_difference.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "imaging/pose.hpp"

namespace elastem {
namespace {

constexpr int group_count = 2;  // all images; those whose pose was found
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Medians come from histograms: angles in steps of 0.01°, ratios in steps of 0.2 % between e^−10 and e^10.
enum Histogram {
  direction_angle,
  rotation_angle,
  amplitude_ratio,
  rotation_ratio,
  shift_ratio,
  histogram_count
};
constexpr int bins = 18000;
constexpr double angle_step = 180.0 / bins;
constexpr double log_ratio_range = 10.0;

// Quantities of an image whose mean and spread are reported. K values each of the first four, then single
// ones.
struct Quantity {
  int modes;
  int error(int k) const { return k; }
  int bounded_error(int k) const { return modes + k; }
  int bound(int k) const { return 2 * modes + k; }
  int pull(int parameter) const { return 3 * modes + parameter; }  // K+5
  int mean_error() const { return 4 * modes + 5; }
  int distance() const { return 4 * modes + 6; }
  int direction() const { return 4 * modes + 7; }
  int rotation() const { return 4 * modes + 8; }
  int above_15() const { return 4 * modes + 9; }
  int shift() const { return 4 * modes + 10; }
  int count() const { return 4 * modes + 11; }
};

Eigen::Matrix3d orientation(const ParticleResult& row) {
  return rotation_matrix(row.pose());
}

}  // namespace

Evaluation::Evaluation(int mode_count, std::int64_t rows)
    : modes_(mode_count),
      quantities_(Quantity{mode_count}.count()),
      moments_(rows, group_count * quantities_),
      counts_(tally_count + group_count * histogram_count * bins, 0) {
  require(mode_count >= 1 && rows >= 0, "an evaluation needs modes");
}

void Evaluation::note(int group, int quantity, double value) {
  moments_.note(group * quantities_ + quantity, value);
}

void Evaluation::tally(int group, int histogram, double position) {
  const int bin = std::clamp(static_cast<int>(position), 0, bins - 1);
  ++counts_[static_cast<std::size_t>(tally_count + (group * histogram_count + histogram) * bins + bin)];
}

void Evaluation::add(std::int64_t row, const ParticleResult& estimate, const ParticleResult& truth) {
  moments_.begin(row);
  if (estimate.state == ParticleState::failed) {
    ++counts_[failed_rows];
    return;
  }
  if (estimate.state != ParticleState::done || truth.state != ParticleState::done) {
    ++counts_[pending_rows];
    return;
  }
  ++counts_[done_rows];
  add_to_group(0, estimate, truth);
  if (rotation_distance(orientation(estimate), orientation(truth)) <= found_within)
    add_to_group(1, estimate, truth);
}

void Evaluation::add_to_group(int group, const ParticleResult& estimate, const ParticleResult& truth) {
  const Quantity quantity{modes_};
  const Eigen::VectorXd amplitude_error = estimate.amplitudes - truth.amplitudes;
  require(amplitude_error.size() == modes_, "as many amplitudes as modes");
  for (int k = 0; k < modes_; ++k) {
    const double error = std::abs(amplitude_error[k]);
    note(group, quantity.error(k), error);
    if (truth.standard_errors.size() > k && is_spread(truth.standard_errors[k])) {
      note(group, quantity.bounded_error(k), error);
      note(group, quantity.bound(k), std::sqrt(2 / std::numbers::pi) * truth.standard_errors[k]);
    }
  }
  note(group, quantity.mean_error(), amplitude_error.cwiseAbs().mean());
  note(group, quantity.distance(), amplitude_error.norm());

  const Eigen::Matrix3d estimated = orientation(estimate), true_one = orientation(truth);
  const double rotation = rotation_distance(estimated, true_one);
  const double direction = direction_distance(estimated, true_one);
  const Eigen::Vector2d shift_error = estimate.shift - truth.shift;
  note(group, quantity.direction(), direction);
  note(group, quantity.rotation(), rotation);
  note(group, quantity.above_15(), rotation > found_within ? 1 : 0);
  note(group, quantity.shift(), shift_error.norm());
  tally(group, direction_angle, direction / angle_step);
  tally(group, rotation_angle, rotation / angle_step);

  Eigen::VectorXd error(modes_ + 5);
  error << amplitude_error, rotation_difference(estimated, true_one), shift_error;
  for (int p = 0; p < modes_ + 5; ++p) {
    if (estimate.standard_errors.size() <= p || !is_spread(estimate.standard_errors[p])) continue;
    note(group, quantity.pull(p), error[p] / estimate.standard_errors[p]);
    if (truth.standard_errors.size() <= p || !is_spread(truth.standard_errors[p])) continue;
    const double log_ratio = std::log(estimate.standard_errors[p] / truth.standard_errors[p]);
    const int histogram = p < modes_ ? amplitude_ratio : p < modes_ + 3 ? rotation_ratio : shift_ratio;
    tally(group, histogram, (log_ratio + log_ratio_range) / (2 * log_ratio_range) * bins);
  }
}

// Where in the histogram `share` of the entries lie below, in bins; NaN when it is empty.
double Evaluation::quantile_position(int group, int histogram, double share) const {
  const auto first = counts_.begin() + tally_count + (group * histogram_count + histogram) * bins;
  std::int64_t total = 0;
  for (int bin = 0; bin < bins; ++bin) total += first[bin];
  if (total == 0) return nan;
  const double wanted = share * static_cast<double>(total);
  double below = 0;
  for (int bin = 0; bin < bins; ++bin) {
    const auto here = static_cast<double>(first[bin]);
    if (here > 0 && below + here >= wanted) return bin + (wanted - below) / here;
    below += here;
  }
  return bins;
}

double Evaluation::median_angle(int group, int histogram) const {
  return quantile_position(group, histogram, 0.5) * angle_step;
}

double Evaluation::median_ratio(int group, int histogram) const {
  return std::exp(quantile_position(group, histogram, 0.5) / bins * 2 * log_ratio_range - log_ratio_range);
}

GroupErrors Evaluation::group_errors(int group, double atom_count) const {
  const Quantity quantity{modes_};
  const auto summarise = [&](int which, double scale = 1) {
    return moments_.summary(group * quantities_ + which, scale);
  };
  GroupErrors errors;
  errors.global = {summarise(quantity.mean_error()), 0, 0, 0};
  errors.count = errors.global.error.count;
  double bounded = 0, pull_squares = 0;
  for (int k = 0; k < modes_; ++k) {
    ModeErrors mode;
    mode.error = summarise(quantity.error(k));
    mode.bound = summarise(quantity.bound(k)).mean;
    const double bounded_error = summarise(quantity.bounded_error(k)).mean;
    mode.ratio = bounded_error / mode.bound;
    mode.pull_sd = summarise(quantity.pull(k)).sd;
    errors.global.bound += mode.bound / modes_;
    bounded += bounded_error / modes_;
    pull_squares += mode.pull_sd * mode.pull_sd / modes_;
    errors.modes.push_back(mode);
  }
  errors.global.ratio = bounded / errors.global.bound;
  errors.global.pull_sd = std::sqrt(pull_squares);
  errors.coordinate_rmsd = summarise(quantity.distance(), 1 / std::sqrt(atom_count));
  errors.direction = summarise(quantity.direction());
  errors.rotation = summarise(quantity.rotation());
  errors.direction_median = median_angle(group, direction_angle);
  errors.rotation_median = median_angle(group, rotation_angle);
  errors.share_above_15 = summarise(quantity.above_15()).mean;
  errors.shift = summarise(quantity.shift());
  for (int p = 0; p < 5; ++p)
    errors.pose_pull_sd[static_cast<std::size_t>(p)] = summarise(quantity.pull(modes_ + p)).sd;
  errors.amplitude_error_ratio = median_ratio(group, amplitude_ratio);
  errors.rotation_error_ratio = median_ratio(group, rotation_ratio);
  errors.shift_error_ratio = median_ratio(group, shift_ratio);
  return errors;
}

EvaluationReport Evaluation::report(std::int64_t atom_count) const {
  require(atom_count > 0, "a positive number of atoms");
  EvaluationReport report{evaluated_rows(slices().rows, counts_), {}, {}};
  report.all = group_errors(0, static_cast<double>(atom_count));
  report.found = group_errors(1, static_cast<double>(atom_count));
  return report;
}

}  // namespace elastem
