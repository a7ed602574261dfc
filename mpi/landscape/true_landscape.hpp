#pragma once

#include "landscape/landscape.hpp"
#include "mpi/landscape/landscape_passes.hpp"

namespace elastem {

/// The coordinates in which states are looked for: the first components of a landscape, those of at least a
/// twentieth of the variance of the first, at most three.
Eigen::Index state_dimensions(const PrincipalComponents& components);

/// What the images alone say along the first `dimensions` components.
NoisyValue along_components(const PrincipalComponents& components, Eigen::Index dimensions,
                            const AmplitudeEstimate& estimate);

/// How the truth is distributed, errors taken off: the profile along the first component from all particles,
/// states, their populations and the paths between them from a sample of at most 4,000, each state's mean
/// amplitudes. The same on any
/// number of ranks. Collective.
void find_truth(const LandscapePasses& passes, Landscape& landscape);

}  // namespace elastem
