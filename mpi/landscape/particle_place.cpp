#include "mpi/landscape/particle_place.hpp"

#include <algorithm>

#include "mpi/landscape/true_landscape.hpp"

namespace elastem {
namespace {

constexpr Eigen::Index most_components = 3;

}  // namespace

ParticlePlaces::ParticlePlaces(const Landscape& landscape)
    : landscape_(&landscape),
      states_(landscape.states ? landscape.states->states.size() : 0),
      dimensions_(state_dimensions(landscape.components)),
      components_(std::max(dimensions_, std::min(most_components, landscape.components.variances.size()))) {}

ParticlePlace ParticlePlaces::of(const AmplitudeEstimate& estimate) const {
  ParticlePlace place = of(estimate.amplitudes);
  if (states_ == 0) return place;
  place.probabilities =
      landscape_->states->probabilities(along_components(landscape_->components, dimensions_, estimate));
  Eigen::Index state = 0;
  const bool wrong = place.probabilities.maxCoeff(&state) < 1 - place.probabilities.sum();
  place.state = wrong ? 0 : static_cast<int>(state) + 1;
  return place;
}

ParticlePlace ParticlePlaces::of(const Eigen::VectorXd& amplitudes) const {
  return {0, {}, landscape_->components.coordinates(amplitudes).head(components_)};
}

}  // namespace elastem
