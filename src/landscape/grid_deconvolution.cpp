#include "landscape/grid_deconvolution.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace elastem {

namespace {

constexpr int most_iterations = 400, patience = 40;
constexpr float first_wrong_share = 0.01F;
constexpr float nothing = std::numeric_limits<float>::min();

}  // namespace

GridDeconvolution::GridDeconvolution(Eigen::MatrixXf likelihoods, Eigen::VectorXf wrong)
    : likelihoods_(std::move(likelihoods)), wrong_(std::move(wrong)) {
  require(likelihoods_.rows() == wrong_.size() && likelihoods_.cols() > 0, "a likelihood per entry and cell");
}

GridDeconvolution::State GridDeconvolution::start() const {
  const auto share = (1 - first_wrong_share) / static_cast<float>(cells());
  return {Eigen::VectorXf::Constant(cells(), share), first_wrong_share};
}

Eigen::VectorXf GridDeconvolution::mixed(const State& state) const {
  return (likelihoods_ * state.weights + state.wrong * wrong_).cwiseMax(nothing);
}

void GridDeconvolution::iterate(State& state, const Eigen::VectorXf& counts) const {
  const Eigen::VectorXf shares = counts.cwiseQuotient(mixed(state)) / counts.sum();
  state.weights = state.weights.cwiseProduct(likelihoods_.transpose() * shares);
  state.wrong *= shares.dot(wrong_);
}

double GridDeconvolution::log_likelihood(const State& state, const Eigen::VectorXf& counts) const {
  return counts.cast<double>().dot(mixed(state).cast<double>().array().log().matrix());
}

int GridDeconvolution::held_out_iterations(const Eigen::VectorXf& first, const Eigen::VectorXf& second,
                                           double within) const {
  State one = start(), other = start();
  std::vector<double> likelihoods;
  std::ptrdiff_t best = 0;
  while (std::ssize(likelihoods) < std::min<std::ptrdiff_t>(most_iterations, best + patience)) {
    iterate(one, first);
    iterate(other, second);
    likelihoods.push_back(log_likelihood(one, second) + log_likelihood(other, first));
    best = std::ranges::max_element(likelihoods) - likelihoods.begin();
  }
  const double wanted = likelihoods[static_cast<std::size_t>(best)] - within;
  return static_cast<int>(std::ranges::find_if(likelihoods, [&](double l) { return l >= wanted; }) -
                          likelihoods.begin()) +
         1;
}

Eigen::VectorXf GridDeconvolution::weights(const Eigen::VectorXf& counts, int iterations) const {
  State state = start();
  for (int i = 0; i < iterations; ++i) iterate(state, counts);
  return state.weights / state.weights.sum();
}

}  // namespace elastem
