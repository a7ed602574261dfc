#include "alignment/prior_learning.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {

namespace {

/// After how many iterations the halves are tried on each other; 0 is the normal distribution alone.
constexpr std::array<int, 8> checkpoints = {1, 2, 5, 10, 15, 20, 25, 30};
constexpr int move_points_after = 10;
constexpr int normal_iterations = 20;
constexpr double first_normal_share = 0.1, first_background_share = 0.02;
constexpr double least_background_share = 1e-3;
/// What a prior that is given leaves to its normal distribution, and to the background.
constexpr double known_doubt = 0.01;
constexpr double background_width = 3;  // of all estimates' spread
/// The normal distribution is never narrower than this share of an estimate's variance.
constexpr double least_variance = 1e-2;
constexpr int halves = 2, everyone = -1;

/// The sums of one expectation step, one after the other in a vector of doubles.
struct SumPlaces {
  Eigen::Index modes, points;
  static constexpr Eigen::Index log_likelihood = 0, count = 1, normal = 2, background = 3, precision = 4,
                                offset = 5;
  Eigen::Index second() const { return offset + modes; }
  Eigen::Index widths() const { return second() + modes * modes; }
  Eigen::Index weights() const { return widths() + 4; }
  Eigen::Index size() const { return weights() + points; }
};

/// A learner and the point of the present prior that it made (−1: none).
struct Member {
  const Learner* learner;
  Eigen::Index own_point;
};

Eigen::MatrixXd floored(const Eigen::MatrixXd& covariance, double least) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(covariance);
  return eigen.eigenvectors() * eigen.eigenvalues().cwiseMax(least).asDiagonal() *
         eigen.eigenvectors().transpose();
}

/// Sums kept slice by slice of the rows, and added in the order of the slices.
class SliceSums {
 public:
  SliceSums(RowSlices slices, Eigen::Index size)
      : slices_(slices), sums_(Eigen::MatrixXd::Zero(size, RowSlices::count)) {}
  auto of_row(std::int64_t row) {
    slice_ = slices_.slice_of(row, slice_);
    return sums_.col(slice_);
  }
  Eigen::VectorXd total(const SumOverRanks& sum) {
    sum({sums_.data(), static_cast<std::size_t>(sums_.size())});
    Eigen::VectorXd total = Eigen::VectorXd::Zero(sums_.rows());
    for (int slice = 0; slice < RowSlices::count; ++slice) total += sums_.col(slice);
    return total;
  }

 private:
  RowSlices slices_;
  int slice_ = 0;
  Eigen::MatrixXd sums_;
};

class Learning {
 public:
  Learning(std::span<const Learner> own, std::int64_t total, Eigen::Index modes, RowSlices slices,
           const SumOverRanks& sum)
      : own_(own), modes_(modes), slices_(slices), sum_(sum) {
    find_moments();
    gather_points(total);
  }

  LearntPrior learn();
  LearntPrior known(const Eigen::MatrixXd& points) const;

 private:
  static int half_of(const Learner& learner) {
    return static_cast<int>(
        Random(0, Stream::split, static_cast<std::uint64_t>(learner.ordinal)).below(halves));
  }

  void find_moments();
  void gather_points(std::int64_t total);
  AmplitudePrior first_prior(const std::vector<Eigen::Index>& points) const;
  std::vector<Member> members(int half, const std::vector<Eigen::Index>& points) const;
  Eigen::VectorXd expectation(const AmplitudePrior& prior, const std::vector<Member>& members) const;
  double log_likelihood(const AmplitudePrior& prior, const std::vector<Member>& members) const;
  void move_points(AmplitudePrior& prior, const std::vector<Member>& members) const;
  template <class Watch>
  AmplitudePrior iterate(int half, bool with_points, int iterations, Watch&& watch,
                         std::vector<double>* likelihoods = nullptr) const;
  int best_iterations(double& held_out) const;
  std::vector<Eigen::Index> points_of(int half) const;

  std::span<const Learner> own_;
  Eigen::Index modes_;
  RowSlices slices_;
  const SumOverRanks& sum_;
  Eigen::VectorXd mean_;
  Eigen::MatrixXd spread_, error_;        // of the estimates; of an estimate about the truth
  Eigen::MatrixXd points_;                // K×M, of all halves
  Eigen::VectorXd halves_;                // M: which half made a point
  std::vector<Eigen::Index> own_points_;  // of each learner here; −1: none
};

/// Mean and covariance of the estimates, and their typical covariance about the truth: the mean shape at the
/// geometric mean of the sizes, since single ones can be huge.
void Learning::find_moments() {
  const Eigen::Index k = modes_, square = k * k;
  SliceSums sums(slices_, 2 + k + 2 * square);
  for (const auto& learner : own_) {
    const auto& [q, covariance] = learner.estimate;
    auto to = sums.of_row(learner.row);
    const Eigen::MatrixXd outer = q * q.transpose();
    to[0] += 1;
    to[1] += std::log(covariance.trace());
    to.segment(2, k) += q;
    to.segment(2 + k, square) += outer.reshaped();
    to.tail(square) += covariance.reshaped() / covariance.trace();
  }
  const Eigen::VectorXd total = sums.total(sum_);
  mean_ = total.segment(2, k) / total[0];
  spread_ = (total.segment(2 + k, square) / total[0]).reshaped(k, k) - mean_ * mean_.transpose();
  error_ = std::exp(total[1] / total[0]) / total[0] * total.tail(square).reshaped(k, k);
  spread_ = floored(spread_, least_variance * error_.trace() / static_cast<double>(k));
}

void Learning::gather_points(std::int64_t total) {
  const std::int64_t count = std::min(total, most_prior_points);
  Eigen::MatrixXd table = Eigen::MatrixXd::Zero(modes_ + 1, count);
  for (const auto& learner : own_) {
    const std::int64_t point = stratum_drawn(learner.ordinal, total, count);
    own_points_.push_back(point);
    if (point >= 0) table.col(point) << learner.estimate.amplitudes, half_of(learner);
  }
  sum_({table.data(), static_cast<std::size_t>(table.size())});  // one rank makes each point
  points_ = table.topRows(modes_);
  halves_ = table.row(modes_).transpose();
}

std::vector<Eigen::Index> Learning::points_of(int half) const {
  std::vector<Eigen::Index> points;
  for (Eigen::Index i = 0; i < points_.cols(); ++i)
    if (half == everyone || static_cast<int>(halves_[i]) == half) points.push_back(i);
  return points;
}

AmplitudePrior Learning::first_prior(const std::vector<Eigen::Index>& points) const {
  AmplitudePrior prior;
  const auto count = static_cast<Eigen::Index>(points.size());
  prior.points = points_(Eigen::all, points);
  prior.weights = Eigen::VectorXd::Constant(count, 1 / std::max(1.0, static_cast<double>(count)));
  prior.width_shares.setConstant(0.25);
  prior.error = error_;
  prior.mean = mean_;
  prior.covariance = floored(spread_ - error_, least_variance * error_.trace() / static_cast<double>(modes_));
  prior.background = background_width * background_width * spread_;
  prior.background_share = first_background_share;
  prior.normal_share = points.empty() ? 1 - first_background_share : first_normal_share;
  return prior;
}

/// This rank's learners of a half, with their points in a prior of `points`.
std::vector<Member> Learning::members(int half, const std::vector<Eigen::Index>& points) const {
  std::vector<Eigen::Index> place(static_cast<std::size_t>(points_.cols()), -1);
  for (std::size_t i = 0; i < points.size(); ++i)
    place[static_cast<std::size_t>(points[i])] = static_cast<Eigen::Index>(i);
  std::vector<Member> members;
  for (std::size_t i = 0; i < own_.size(); ++i) {
    if (half != everyone && half_of(own_[i]) != half) continue;
    const Eigen::Index point = own_points_[i];
    members.push_back({&own_[i], point < 0 ? -1 : place[static_cast<std::size_t>(point)]});
  }
  return members;
}

Eigen::VectorXd Learning::expectation(const AmplitudePrior& prior, const std::vector<Member>& members) const {
  const SumPlaces at{modes_, prior.points.cols()};
  SliceSums sums(slices_, at.size());
  PriorEvidence evidence(prior);
  for (const auto& member : members) {
    evidence.weigh(member.learner->estimate, member.own_point);
    auto to = sums.of_row(member.learner->row);
    to[at.log_likelihood] += evidence.log_likelihood();
    to[at.count] += 1;
    to[at.normal] += evidence.normal();
    to[at.background] += evidence.background();
    const auto terms = evidence.normal_terms();
    const Eigen::MatrixXd second =
        terms.precision * terms.offset * terms.offset.transpose() + terms.covariance;
    to[at.precision] += evidence.normal() * terms.precision;
    to.segment(at.offset, modes_) += evidence.normal() * terms.precision * terms.offset;
    to.segment(at.second(), modes_ * modes_) += evidence.normal() * second.reshaped();
    to.segment(at.widths(), 4) += evidence.points().colwise().sum().transpose();
    to.segment(at.weights(), at.points) += evidence.points().rowwise().sum();
  }
  return sums.total(sum_);
}

void maximise(AmplitudePrior& prior, const Eigen::VectorXd& sums) {
  const Eigen::Index k = prior.modes();
  const SumPlaces at{k, prior.points.cols()};
  const double count = sums[at.count], points = sums.segment(at.widths(), 4).sum();
  if (points > 0) {
    prior.weights = sums.segment(at.weights(), at.points) / points;
    prior.width_shares = sums.segment(at.widths(), 4) / points;
  }
  // The largest likelihood with a background of at least so much: the others share what it leaves.
  prior.background_share = std::max(sums[at.background] / count, least_background_share);
  prior.normal_share = (1 - prior.background_share) * sums[at.normal] / (sums[at.normal] + points);
  if (sums[at.normal] < 1) return;  // less than one estimate says nothing of a shape
  const Eigen::VectorXd step = sums.segment(at.offset, k) / sums[at.precision];
  const Eigen::MatrixXd second =
      sums.segment(at.second(), k * k).reshaped(k, k) - sums[at.precision] * step * step.transpose();
  prior.covariance =
      floored(second / sums[at.normal], least_variance * prior.error.trace() / static_cast<double>(k));
  prior.mean += step;
}

double Learning::log_likelihood(const AmplitudePrior& prior, const std::vector<Member>& members) const {
  SliceSums sums(slices_, 1);
  PriorEvidence evidence(prior);
  for (const auto& member : members) {
    evidence.weigh(member.learner->estimate, member.own_point);
    sums.of_row(member.learner->row)[0] += evidence.log_likelihood();
  }
  return sums.total(sum_)[0];
}

/// Each point moves to what the others say of the estimate that made it.
void Learning::move_points(AmplitudePrior& prior, const std::vector<Member>& members) const {
  Eigen::MatrixXd moved = Eigen::MatrixXd::Zero(modes_, prior.points.cols());
  PriorEvidence evidence(prior);
  for (const auto& member : members) {
    if (member.own_point < 0) continue;
    evidence.weigh(member.learner->estimate, member.own_point);
    moved.col(member.own_point) = evidence.answer_mean();
  }
  sum_({moved.data(), static_cast<std::size_t>(moved.size())});
  prior.points = moved;
}

/// Learns from a half, or from everyone, and shows `watch` the prior after each iteration.
template <class Watch>
AmplitudePrior Learning::iterate(int half, bool with_points, int iterations, Watch&& watch,
                                 std::vector<double>* likelihoods) const {
  const auto points = with_points ? points_of(half) : std::vector<Eigen::Index>();
  const auto learners = members(half, points);
  AmplitudePrior prior = first_prior(points);
  for (int i = 1; i <= iterations; ++i) {
    const Eigen::VectorXd sums = expectation(prior, learners);
    if (likelihoods) likelihoods->push_back(sums[SumPlaces::log_likelihood]);
    maximise(prior, sums);
    watch(i, prior);
    if (with_points && i == move_points_after && i < iterations) move_points(prior, learners);
  }
  return prior;
}

int Learning::best_iterations(double& held_out) const {
  std::map<int, double> likelihood;
  for (int half = 0; half < halves; ++half) {
    const auto others = members(1 - half, {});
    iterate(half, true, checkpoints.back(), [&](int iterations, const AmplitudePrior& prior) {
      if (std::ranges::count(checkpoints, iterations) > 0)
        likelihood[iterations] += log_likelihood(prior, others);
    });
    likelihood[0] +=
        log_likelihood(iterate(half, false, normal_iterations, [](int, const AmplitudePrior&) {}), others);
  }
  const auto best = std::ranges::max_element(likelihood, {}, [](const auto& entry) { return entry.second; });
  held_out = best->second;
  return best->first;
}

LearntPrior Learning::learn() {
  LearntPrior learnt;
  learnt.iterations = best_iterations(learnt.held_out);
  const bool with_points = learnt.iterations > 0;
  learnt.prior = iterate(
      everyone, with_points, with_points ? learnt.iterations : normal_iterations,
      [](int, const AmplitudePrior&) {}, &learnt.likelihoods);
  const auto points = with_points ? points_of(everyone) : std::vector<Eigen::Index>();
  const auto learners = members(everyone, points);
  learnt.log_likelihood = log_likelihood(learnt.prior, learners);
  for (const auto& learner : learners) learnt.own_points.push_back(learner.own_point);
  return learnt;
}

LearntPrior Learning::known(const Eigen::MatrixXd& points) const {
  LearntPrior known;
  AmplitudePrior& prior = known.prior;
  prior.points = points;
  prior.weights = Eigen::VectorXd::Constant(points.cols(), 1 / static_cast<double>(points.cols()));
  prior.width_shares << 1, 0, 0, 0;
  prior.error = error_;
  prior.mean = points.rowwise().mean();
  const Eigen::MatrixXd away = points.colwise() - prior.mean;
  prior.covariance = floored(away * away.transpose() / static_cast<double>(points.cols()),
                             least_variance * error_.trace() / static_cast<double>(modes_));
  prior.background = background_width * background_width * (prior.covariance + spread_);
  prior.background_share = prior.normal_share = known_doubt;
  std::vector<Member> all;
  for (const Learner& learner : own_) all.push_back({&learner, -1});
  known.log_likelihood = log_likelihood(prior, all);
  known.own_points.assign(own_.size(), -1);
  return known;
}

}  // namespace

std::int64_t stratum_drawn(std::int64_t ordinal, std::int64_t total, std::int64_t wanted) {
  require(ordinal >= 0 && ordinal < total && wanted > 0, "an item of the total");
  if (total <= wanted) return ordinal;
  // Stratum s holds the items from ⌈s·total/wanted⌉ on.
  const auto first = [&](std::int64_t s) { return (s * total + wanted - 1) / wanted; };
  const std::int64_t stratum = ordinal * wanted / total;
  const auto length = static_cast<std::uint64_t>(first(stratum + 1) - first(stratum));
  Random random(0, Stream::sampling, static_cast<std::uint64_t>(stratum));
  return ordinal == first(stratum) + static_cast<std::int64_t>(random.below(length)) ? stratum : -1;
}

std::optional<LearntPrior> learn_prior(std::span<const Learner> own, std::int64_t total, Eigen::Index modes,
                                       RowSlices slices, const SumOverRanks& sum) {
  if (modes == 0 || total < 5 * modes + 10) return std::nullopt;
  LearntPrior learnt = Learning(own, total, modes, slices, sum).learn();
  learnt.learners = total;
  return learnt;
}

LearntPrior known_prior(std::span<const Learner> own, std::int64_t total, const Eigen::MatrixXd& points,
                        RowSlices slices, const SumOverRanks& sum) {
  require(points.cols() > 0 && total > 0, "a prior has points, and estimates to be weighed with");
  LearntPrior known = Learning(own, total, points.rows(), slices, sum).known(points);
  known.learners = total;
  return known;
}

}  // namespace elastem
