#include "alignment/mode_motion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/huber.hpp"
#include "core/number_list.hpp"

namespace elastem {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double enough_particles = 20;
constexpr int most_passes = 12;
constexpr double settled_within = 1e-3;  // of the standard error of V
constexpr double clip = huber_limit;     // c, standard deviations
constexpr double least_free = 0.1;       // of the terms, where the limit ties nearly all to V
constexpr double certain = 3.3;          // standard errors
constexpr double allowance = 0.25;       // of the errors' variance
constexpr double most_undone = 0.5;      // of an estimate's prior

// What is summed of each mode: w is r within the limit, y = w²/b − sC.
enum Term : std::size_t {
  sum_q,
  sum_q2,
  sum_c,
  sum_s2,
  sum_sc,
  sum_sw,
  sum_w2,
  sum_beyond,
  sum_y2,
  sum_ys2,
  sum_s4,
  term_count
};

const double clipped_share = huber_share();

bool whole(const FitDetails& fit, Eigen::Index modes) {
  const auto variances = fit.covariance.diagonal().head(modes).array();
  return fit.amplitudes.allFinite() && variances.isFinite().all() && (variances > 0).all();
}

MotionVerdict verdict_of(double variance, double standard_error, double noise, double undone) {
  if (!(undone <= most_undone)) return MotionVerdict::not_seen;
  return variance > allowance * noise + certain * standard_error ? MotionVerdict::moves
                                                                 : MotionVerdict::does_not_move;
}

}  // namespace

MotionTally::MotionTally(RowSlices slices, Eigen::VectorXd prior_mean, const Eigen::VectorXd& prior_widths)
    : slices_(slices),
      prior_mean_(std::move(prior_mean)),
      prior_variances_(prior_widths.array().square()),
      estimates_(static_cast<std::size_t>(prior_widths.size())),
      sums_(RowSlices::count * (1 + term_count * estimates_.size()), 0.0) {
  require((prior_widths.array() > 0).all() && prior_widths.size() == prior_mean_.size(),
          "a prior has a mean and a width");
}

void MotionTally::add(std::int64_t row, const FitDetails& fit) {
  const Eigen::Index modes = prior_variances_.size();
  require(fit.amplitudes.size() == modes && fit.covariance.rows() >= modes, "an amplitude per mode");
  if (!whole(fit, modes)) return;
  slice_ = slices_.slice_of(row, slice_);
  double* sums = &sums_[static_cast<std::size_t>(slice_) * (1 + term_count * estimates_.size())];
  *sums++ += 1;
  const bool first = passes_ == 0;  // V is not known yet, so that nothing is clipped
  const double b = first ? 1 : clipped_share;
  for (Eigen::Index k = 0; k < modes; ++k, sums += term_count) {
    const Estimate& now = estimates_[static_cast<std::size_t>(k)];
    const double amplitude = fit.amplitudes[k] - prior_mean_[k], variance = fit.covariance(k, k);
    const double s = std::max(1 - variance / prior_variances_[k], 0.0);
    const double square = s * s, error = s * variance;
    const double furthest = first ? infinity : clip * std::sqrt(square * std::max(now.variance, 0.0) + error);
    const double r = amplitude - s * now.mean, w = std::clamp(r, -furthest, furthest);
    const double y = w * w / b - error;
    const std::array<double, term_count> terms = {amplitude,      amplitude * amplitude,
                                                  variance,       square,
                                                  error,          s * w,
                                                  w * w,          std::abs(r) > furthest ? 1.0 : 0.0,
                                                  y * y,          y * square,
                                                  square * square};
    for (std::size_t term = 0; term < term_count; ++term) sums[term] += terms[term];
  }
}

std::vector<double> MotionTally::totals() const {
  const std::size_t width = 1 + term_count * estimates_.size();
  std::vector<double> total(width, 0.0);
  for (std::size_t i = 0; i < sums_.size(); ++i) total[i % width] += sums_[i];
  return total;
}

// One step towards the fixed point; whether it was reached.
bool MotionTally::update(Estimate& estimate, std::span<const double> terms) const {
  estimate.raw_mean = terms[sum_q] / particles_;
  estimate.raw_variance =
      std::max(0.0, terms[sum_q2] - particles_ * estimate.raw_mean * estimate.raw_mean) / (particles_ - 1);
  estimate.raw_error = terms[sum_c] / particles_;
  if (!(terms[sum_s2] > 0)) {  // the images say nothing at all
    estimate.variance_error = infinity;
    return true;
  }
  const bool first = passes_ == 0;
  const double before = estimate.variance, b = first ? 1 : clipped_share;
  const double step = terms[sum_sw] / terms[sum_s2];
  const double v = terms[sum_w2] / b / terms[sum_s2] - terms[sum_sc] / terms[sum_s2] - step * step;
  const double squares = std::max(0.0, terms[sum_y2] - 2 * v * terms[sum_ys2] + v * v * terms[sum_s4]);
  const double tied = first ? 0 : clip * clip * terms[sum_beyond] / particles_ / b;
  estimate.mean += step;
  estimate.variance = v;
  estimate.variance_error = std::sqrt(squares) / terms[sum_s2] / std::max(1 - tied, least_free);
  estimate.noise = terms[sum_sc] / terms[sum_s2];
  const double enough = settled_within * estimate.variance_error;
  return !first && std::abs(v - before) <= enough && step * step <= enough;
}

bool MotionTally::another_pass() {
  const std::vector<double> total = totals();
  particles_ = total[0];
  if (particles_ < enough_particles) return false;
  bool settled = true;
  for (std::size_t k = 0; k < estimates_.size(); ++k)
    settled = update(estimates_[k], std::span(total).subspan(1 + k * term_count, term_count)) && settled;
  std::ranges::fill(sums_, 0.0);
  return !settled && ++passes_ < most_passes;
}

MotionSummary MotionTally::summary() const {
  MotionSummary summary{static_cast<std::int64_t>(particles_), {}};
  if (particles_ < enough_particles) return summary;
  for (std::size_t k = 0; k < estimates_.size(); ++k) {
    const Estimate& e = estimates_[k];
    const double variance = std::max(e.variance, 0.0), motion = std::sqrt(variance);
    const double undone = e.raw_error / prior_variances_[static_cast<Eigen::Index>(k)];
    summary.modes.push_back({e.raw_mean + prior_mean_[static_cast<Eigen::Index>(k)],
                             std::sqrt(e.raw_variance), std::sqrt(e.raw_error), motion,
                             std::sqrt(variance + e.variance_error) - motion,
                             verdict_of(e.variance, e.variance_error, e.noise, undone)});
  }
  return summary;
}

std::vector<std::string> motion_table(const MotionSummary& summary, const std::vector<int>& numbers,
                                      double atoms, std::size_t most) {
  require(summary.modes.size() == numbers.size(), "a number per mode");
  const double scale = atoms > 0 ? 1 / std::sqrt(atoms) : 1;
  const int digits = atoms > 0 ? 3 : 2;
  std::vector<std::string> lines = {fmt::format("{:<5}{:>9}{:>9}{:>9}{:>18}   {} particles, {} in Å", "mode",
                                                "mean", "spread", "error", "motion", summary.particles,
                                                atoms > 0 ? "RMSD" : "amplitudes")};
  const std::size_t shown = numbers.size() <= most ? numbers.size() : most - 1;
  for (std::size_t k = 0; k < shown; ++k) {
    const ModeMotion& m = summary.modes[k];
    const bool seen = m.verdict != MotionVerdict::not_seen;
    lines.push_back(fmt::format(
        "{:<5}{:>9.{}f}{:>9.{}f}{:>9.{}f}{:>18}   {}", numbers[k], m.mean * scale, digits, m.spread * scale,
        digits, m.error * scale, digits,
        seen ? fmt::format("{:.{}f} ± {:.{}f}", m.motion * scale, digits, m.motion_error * scale, digits)
             : "-",
        !seen                               ? "not seen"
        : m.verdict == MotionVerdict::moves ? "moves"
                                            : "does not move"));
  }
  if (shown < numbers.size())
    lines.push_back(fmt::format("and {} more: elastem inspect shows them", numbers.size() - shown));
  return lines;
}

double least_seen(const ModeMotion& mode) {
  constexpr double powerful = 1.645;  // 95 % of a normal distribution
  const double standard_error = std::pow(mode.motion + mode.motion_error, 2) - mode.motion * mode.motion;
  return std::sqrt(allowance * mode.error * mode.error + (certain + powerful) * standard_error);
}

namespace {

// Of modes that do not move: what they would have shown.
std::string rigid_sentence(const MotionSummary& summary, double atoms) {
  double least = 0, error = 0;
  for (const ModeMotion& mode : summary.modes) {
    least = std::max(least, least_seen(mode));
    error = std::max(error, mode.error);
  }
  const std::string motion =
      atoms > 0 ? fmt::format("{:.2f} Å RMSD", least / std::sqrt(atoms)) : fmt::format("{:.1f} Å", least);
  if (least > error)
    return fmt::format(
        "no mode is seen to move, but {} particles are too few to call the molecule rigid: they "
        "would show a motion of {} or more",
        summary.particles, motion);
  return "no mode moves: the molecule looks rigid (a motion of " + motion + " or more would have been seen)";
}

}  // namespace

std::string motion_sentence(const MotionSummary& summary, const std::vector<int>& numbers, double atoms) {
  require(summary.modes.size() == numbers.size(), "a number per mode");
  const auto with = [&](MotionVerdict verdict) {
    std::vector<int> found;
    for (std::size_t k = 0; k < numbers.size(); ++k)
      if (summary.modes[k].verdict == verdict) found.push_back(numbers[k]);
    return found;
  };
  const auto moving = with(MotionVerdict::moves), still = with(MotionVerdict::does_not_move),
             unseen = with(MotionVerdict::not_seen);
  std::string text;
  if (!moving.empty()) {
    text = fmt::format("{} {} {}", moving.size() == 1 ? "mode" : "modes", format_number_list(moving),
                       moving.size() == 1 ? "moves" : "move");
    if (!still.empty())
      text += fmt::format("; {} {} not", format_number_list(still), still.size() == 1 ? "does" : "do");
  } else if (!still.empty()) {
    text = unseen.empty()
               ? rigid_sentence(summary, atoms)
               : fmt::format("no mode moves of those that are seen, {}", format_number_list(still));
  }
  if (unseen.empty()) return text;
  return text + fmt::format("{}nothing is seen of {}{}", text.empty() ? "" : "; ",
                            text.empty() ? "the modes " : "", format_number_list(unseen));
}

}  // namespace elastem
