#include "landscape/error_mixture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include "core/error.hpp"
#include "core/random.hpp"
#include "landscape/image_groups.hpp"

namespace elastem {

namespace {

constexpr int parts = 5;

// How far a mixture is learnt: until a step gains less of ln likelihood per value.
struct Effort {
  int steps;
  double enough;
};
constexpr Effort to_compare{60, 1e-5}, to_keep{500, 3e-7};

constexpr double least_width = 0.1;  // of the mean error
constexpr double wrong_width = 4, first_wrong = 0.01, least_wrong = 1e-6;
constexpr double sure = 2;          // standard errors
constexpr std::size_t further = 2;  // numbers that are tried beyond the best one

// ln N(away; 0, covariance).
double log_normal(const CoordinateMatrix& covariance, const Coordinates& away) {
  const Eigen::LLT<CoordinateMatrix> root(covariance);
  return -0.5 * root.matrixL().solve(away).squaredNorm() - root.matrixLLT().diagonal().array().log().sum() -
         0.5 * static_cast<double>(away.size()) * std::log(2 * M_PI);
}

struct Moments {
  Coordinates mean;
  CoordinateMatrix covariance, error;
  double total = 0;  // of the weights
};

// How often the search for the best mixture is started: of few values it is cheap, and which one is found
// matters more.
int starts_for(int components, std::size_t values) {
  constexpr std::size_t few = 300;
  return components == 1 ? 1 : values <= few ? 4 : 2;
}

Moments moments_of(std::span<const NoisyValue> values) {
  const Eigen::Index d = values.front().value.size();
  Moments m{Coordinates::Zero(d), CoordinateMatrix::Zero(d, d), CoordinateMatrix::Zero(d, d)};
  for (const auto& v : values) m.total += v.weight;
  for (const auto& v : values) m.mean += v.weight * v.value / m.total;
  for (const auto& v : values) {
    m.covariance += v.weight * (v.value - m.mean) * (v.value - m.mean).transpose() / m.total;
    m.error += v.weight * v.covariance / m.total;
  }
  return m;
}

// Means far from each other: the first at random, each further one where the distance to all is large.
std::vector<Coordinates> spread_means(std::span<const NoisyValue> values, const CoordinateMatrix& metric,
                                      int count, Random& random) {
  std::vector<Coordinates> means = {values[random.below(values.size())].value};
  const Eigen::LLT<CoordinateMatrix> root(metric);
  std::vector<double> nearest(values.size(), std::numeric_limits<double>::infinity());
  while (static_cast<int>(means.size()) < count) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double distance = root.matrixL().solve(values[i].value - means.back()).squaredNorm();
      nearest[i] = std::min(nearest[i], distance);
      sum += nearest[i];
    }
    double wanted = random.uniform() * sum;
    std::size_t i = 0;
    while (i + 1 < values.size() && wanted > nearest[i]) wanted -= nearest[i++];
    means.push_back(values[i].value);
  }
  return means;
}

// No narrower than `least` in any direction.
CoordinateMatrix at_least(const CoordinateMatrix& covariance, const CoordinateMatrix& least) {
  const Eigen::LLT<CoordinateMatrix> root(least);
  const CoordinateMatrix inner = root.matrixL().solve(root.matrixL().solve(covariance).transpose().eval());
  const Eigen::SelfAdjointEigenSolver<CoordinateMatrix> axes(0.5 * (inner + inner.transpose()));
  const CoordinateMatrix scaled = CoordinateMatrix(root.matrixL()) * axes.eigenvectors();
  return scaled * axes.eigenvalues().cwiseMax(1.0).asDiagonal() * scaled.transpose();
}

// What one iteration sums up for a component: the truth that is expected behind values, from its mean, and
// the gain G = S·(S + error)⁻¹ from a value to the truth.
struct Sums {
  double weight = 0;
  Coordinates first;
  CoordinateMatrix second, gain;
};

struct Step {
  double likelihood = 0;  // ln, before it
  ErrorMixture careful;   // expectation–maximisation: never less likely
  ErrorMixture bold;      // its changes of mean and covariance times the inverse of the mean gain: of equal
                          // errors right at once, where the other takes 1/G² steps
};

Step step_from(std::span<const NoisyValue> values, const CoordinateMatrix& least,
               const ErrorMixture& mixture) {
  const Eigen::Index d = mixture.means.front().size();
  const CoordinateMatrix none = CoordinateMatrix::Zero(d, d);
  std::vector<Sums> sums(mixture.size(), {0, Coordinates::Zero(d), none, none});
  Step step{0, mixture, mixture};
  double weights = 0;
  Eigen::VectorXd probabilities;
  for (const auto& value : values) {
    step.likelihood += value.weight * mixture.log_likelihood(value, probabilities);
    weights += value.weight;
    for (std::size_t c = 0; c < mixture.size(); ++c) {
      const double share = value.weight * probabilities[static_cast<Eigen::Index>(c)];
      if (share < 1e-12) continue;
      const CoordinateMatrix& own = mixture.covariances[c];
      const CoordinateMatrix gain =
          Eigen::LLT<CoordinateMatrix>(own + value.covariance).solve(own).transpose();
      const Coordinates away = gain * (value.value - mixture.means[c]);
      sums[c].weight += share;
      sums[c].first += share * away;
      sums[c].second += share * (away * away.transpose() + own - gain * own);
      sums[c].gain += share * gain;
    }
  }
  double right = 0;
  for (const Sums& sum : sums) right += sum.weight;
  for (std::size_t c = 0; c < mixture.size(); ++c) {
    step.careful.weights[c] = step.bold.weights[c] = sums[c].weight / std::max(right, 1e-300);
    if (sums[c].weight < 1e-3) continue;
    const Coordinates moved = sums[c].first / sums[c].weight;
    const CoordinateMatrix covariance = sums[c].second / sums[c].weight - moved * moved.transpose(),
                           inverse = (sums[c].gain / sums[c].weight).inverse(),
                           wider = inverse * (covariance - mixture.covariances[c]) * inverse.transpose();
    step.careful.means[c] += moved;
    step.careful.covariances[c] = at_least(covariance, least);
    step.bold.means[c] += inverse * moved;
    step.bold.covariances[c] = at_least(mixture.covariances[c] + wider, least);
  }
  step.careful.wrong_share = step.bold.wrong_share = std::max(1 - right / weights, least_wrong);
  return step;
}

// The likeliest mixture near a first one, and its ln likelihood.
double climb(std::span<const NoisyValue> values, const CoordinateMatrix& least, double total,
             const Effort& effort, ErrorMixture& mixture) {
  double before = -std::numeric_limits<double>::infinity();
  ErrorMixture best = mixture, careful = mixture;
  bool was_bold = false;
  for (int i = 0; i < effort.steps; ++i) {
    Step step = step_from(values, least, mixture);
    const double gained = step.likelihood - before;
    if (gained < 0 && was_bold) {  // too bold: the careful step from the best one
      mixture = careful;
      was_bold = false;
      continue;
    }
    if (gained < effort.enough * total) break;
    before = step.likelihood;
    best = std::move(mixture);
    careful = std::move(step.careful);
    mixture = std::move(step.bold);
    was_bold = true;
  }
  mixture = std::move(best);
  return before;
}

ErrorMixture first_mixture(std::span<const NoisyValue> values, const Moments& m, int components,
                           Random& random) {
  const CoordinateMatrix narrow =
      m.covariance / std::pow(components, 2.0 / static_cast<double>(m.mean.size()));
  ErrorMixture mixture;
  mixture.means = components == 1 ? std::vector<Coordinates>{m.mean}
                                  : spread_means(values, m.covariance, components, random);
  mixture.weights.assign(static_cast<std::size_t>(components), 1.0 / components);
  mixture.covariances.assign(static_cast<std::size_t>(components), narrow);
  mixture.wrong_share = first_wrong;
  mixture.wrong_mean = m.mean;
  mixture.wrong_covariance = wrong_width * wrong_width * m.covariance;
  return mixture;
}

// The likeliest one from a few starts.
ErrorMixture learnt_mixture(std::span<const NoisyValue> values, int components, std::uint64_t seed,
                            const Effort& effort) {
  require(components > 0 && static_cast<int>(values.size()) >= 2 * components, "two values per component");
  const Moments m = moments_of(values);
  const CoordinateMatrix least = least_width * least_width * m.error;
  ErrorMixture best;
  double best_likelihood = -std::numeric_limits<double>::infinity();
  for (int start = 0; start < starts_for(components, values.size()); ++start) {
    Random random(seed, Stream::sampling, static_cast<std::uint64_t>(start));
    ErrorMixture mixture = first_mixture(values, m, components, random);
    const double likelihood = climb(values, least, m.total, effort, mixture);
    if (likelihood <= best_likelihood) continue;
    best_likelihood = likelihood;
    best = std::move(mixture);
  }
  return best;
}

// Of each image the ln likelihood of its values under what is learnt from the parts that it is not in.
std::vector<double> left_out_likelihoods(std::span<const NoisyValue> values, const ImageGroups& groups,
                                         int components, std::uint64_t seed) {
  std::vector<double> each(groups.count(), 0.0);
  Eigen::VectorXd probabilities;
  for (std::size_t part = 0; part < parts; ++part) {
    const auto left_out = [&](std::size_t i) { return groups.of(i) % parts == part; };
    std::vector<NoisyValue> learnt;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!left_out(i)) learnt.push_back(values[i]);
    const ErrorMixture mixture = learnt_mixture(learnt, components, seed, to_compare);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (left_out(i))
        each[groups.of(i)] += values[i].weight * mixture.log_likelihood(values[i], probabilities);
  }
  return each;
}

}  // namespace

double ErrorMixture::log_likelihood(const NoisyValue& value, Eigen::VectorXd& probabilities) const {
  probabilities.resize(static_cast<Eigen::Index>(size()));
  for (std::size_t c = 0; c < size(); ++c)
    probabilities[static_cast<Eigen::Index>(c)] =
        std::log(std::max(weights[c] * (1 - wrong_share), 1e-300)) +
        log_normal(covariances[c] + value.covariance, value.value - means[c]);
  const double wrong = std::log(std::max(wrong_share, 1e-300)) +
                       log_normal(wrong_covariance + value.covariance, value.value - wrong_mean);
  const double highest = std::max(wrong, probabilities.maxCoeff());
  probabilities = (probabilities.array() - highest).exp();
  const double sum = probabilities.sum() + std::exp(wrong - highest);
  probabilities /= sum;
  return highest + std::log(sum);
}

Coordinates ErrorMixture::expected_truth(const NoisyValue& value) const {
  Eigen::VectorXd probabilities;
  log_likelihood(value, probabilities);
  Coordinates sum = Coordinates::Zero(value.value.size());
  for (std::size_t c = 0; c < size(); ++c) {
    const Eigen::LLT<CoordinateMatrix> root(covariances[c] + value.covariance);
    sum += probabilities[static_cast<Eigen::Index>(c)] *
           (means[c] + covariances[c] * root.solve(value.value - means[c]));
  }
  return sum / std::max(probabilities.sum(), 1e-300);
}

double ErrorMixture::log_density(const Coordinates& at) const {
  double sum = 0, highest = -std::numeric_limits<double>::infinity();
  std::vector<double> terms;
  for (std::size_t c = 0; c < size(); ++c) {
    terms.push_back(std::log(std::max(weights[c], 1e-300)) + log_normal(covariances[c], at - means[c]));
    highest = std::max(highest, terms.back());
  }
  for (const double term : terms) sum += std::exp(term - highest);
  return highest + std::log(sum);
}

ErrorMixture error_mixture(std::span<const NoisyValue> values, int components, std::uint64_t seed) {
  return learnt_mixture(values, components, seed, to_keep);
}

int component_count(std::span<const NoisyValue> values, int most, std::uint64_t seed) {
  const ImageGroups groups(values);
  std::vector<std::vector<double>> held_out;  // of each image, by number of components
  const auto beaten = [&](std::size_t smaller, std::size_t larger) {
    double sum = 0, squares = 0;
    const auto n = static_cast<double>(groups.count());
    for (std::size_t i = 0; i < groups.count(); ++i) {
      const double gain = held_out[larger][i] - held_out[smaller][i];
      sum += gain;
      squares += gain * gain;
    }
    return sum > sure * std::sqrt(std::max(squares - sum * sum / n, 0.0));
  };
  std::size_t best = 0;
  for (std::size_t count = 1; static_cast<int>(count) <= most && count <= best + 1 + further; ++count) {
    if (groups.count() < 4 * parts * count) break;
    held_out.push_back(left_out_likelihoods(values, groups, static_cast<int>(count), seed));
    while (best + 1 < count && beaten(best, count - 1)) ++best;
  }
  return static_cast<int>(best) + 1;
}

}  // namespace elastem
