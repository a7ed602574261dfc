#include "landscape/grid_deconvolution.hpp"

#include <limits>
#include <utility>

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

int GridDeconvolution::held_out_iterations(const Eigen::VectorXf& first,
                                           const Eigen::VectorXf& second) const {
  State one = start(), other = start();
  double best = -std::numeric_limits<double>::infinity();
  int chosen = 1;
  for (int i = 1; i <= most_iterations && i <= chosen + patience; ++i) {
    iterate(one, first);
    iterate(other, second);
    const double likelihood = log_likelihood(one, second) + log_likelihood(other, first);
    if (likelihood <= best) continue;
    best = likelihood;
    chosen = i;
  }
  return chosen;
}

Eigen::VectorXf GridDeconvolution::weights(const Eigen::VectorXf& counts, int iterations) const {
  State state = start();
  for (int i = 0; i < iterations; ++i) iterate(state, counts);
  return state.weights / state.weights.sum();
}

}  // namespace elastem
