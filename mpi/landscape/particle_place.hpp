#pragma once

#include <string>

#include "alignment/amplitude_prior.hpp"
#include "landscape/landscape.hpp"

namespace elastem {

/// Where a particle lies in a landscape.
struct ParticlePlace {
  int state = 0;                  ///< the likeliest, from 1; 0: its estimate is wrong, or no states are known
  Eigen::VectorXd probabilities;  ///< of the states; empty where none are known
  Eigen::VectorXd components;     ///< Å
};

/// Tells the place of particles in a landscape, which must outlive it.
class ParticlePlaces {
 public:
  explicit ParticlePlaces(const Landscape& landscape);
  std::size_t states() const { return states_; }
  /// The first three, or as many as there are.
  Eigen::Index components() const { return components_; }
  /// From what its image alone says, or where that is not known from amplitudes alone: without a state.
  ParticlePlace of(const AmplitudeEstimate& estimate) const;
  ParticlePlace of(const Eigen::VectorXd& amplitudes) const;

 private:
  const Landscape* landscape_;
  std::size_t states_;
  Eigen::Index dimensions_, components_;
};

}  // namespace elastem
