#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "alignment/amplitude_prior.hpp"
#include "core/row_slices.hpp"

namespace elastem {

/// An estimate that a prior is learnt from, with its place among all of them.
struct Learner {
  std::int64_t row = 0;      ///< of the table
  std::int64_t ordinal = 0;  ///< 0 … total−1, in the order of the rows
  AmplitudeEstimate estimate;
};

/// Which of `wanted` strata of `total` items an item was drawn for (one at random from each), or −1; with
/// total ≤ wanted every item is its own stratum.
std::int64_t stratum_drawn(std::int64_t ordinal, std::int64_t total, std::int64_t wanted);

inline constexpr std::int64_t most_learners = 1 << 15;  ///< more would not improve a prior
inline constexpr std::int64_t most_prior_points = 1 << 11;

struct LearntPrior {
  AmplitudePrior prior;
  std::int64_t learners = 0;
  int iterations = 0;         ///< of the points' weights; 0: a normal distribution describes the rest better
  double log_likelihood = 0;  ///< of all learners, without their own points
  std::vector<Eigen::Index> own_points;  ///< the point that each of this rank's learners made; −1: none
  double held_out = 0;                   ///< of each half under the prior learnt from the other half
  std::vector<double> likelihoods;  ///< log-likelihood before each iteration; the points move before the 11th
};

/// Adds the values of all ranks element by element, in place.
using SumOverRanks = std::function<void(std::span<double>)>;

/// The prior under which estimates q_i of covariances Σ_i are most likely (nonparametric maximum likelihood
/// by expectation–maximisation):
///   max Σ_i log Σ_s w_s·t(q_i; m_s, Σ_i + H)
/// over the weights of the points, which are a sample of the estimates, and the shares and the shape of the
/// other parts of AmplitudePrior. No estimate sees the point that it made, otherwise noise would explain
/// itself. After ten iterations the points move from the estimates to what the prior says of them.
///
/// More iterations make a sharper prior, which is right for a narrow distribution and wrong for a broad one.
/// Their number comes from the data: it is the one with which each half of the learners is most likely under
/// the prior learnt from the other half, and it may be none at all: then a normal distribution remains.
///
/// `own` are this rank's learners, usable ones, ascending, of whole slices of the rows; sums are kept slice
/// by slice, so that the answer has the same bits on any number of ranks. `total`: of all ranks. None for
/// fewer than 5·K + 10 learners. Collective where `sum` is.
std::optional<LearntPrior> learn_prior(std::span<const Learner> own, std::int64_t total, Eigen::Index modes,
                                       RowSlices slices, const SumOverRanks& sum);

/// The prior of a distribution that is known, of which `points` (K×M, Å) are a sample: equal weights, the
/// finest width, and a hundredth each for a normal distribution about them and the background. Only the
/// typical error of an estimate comes from the learners, of which there is one at least. Collective where
/// `sum` is.
LearntPrior known_prior(std::span<const Learner> own, std::int64_t total, const Eigen::MatrixXd& points,
                        RowSlices slices, const SumOverRanks& sum);

}  // namespace elastem
