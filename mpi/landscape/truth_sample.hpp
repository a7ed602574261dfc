#pragma once

#include <vector>

#include "mpi/landscape/landscape_passes.hpp"

namespace elastem {

/// A sample of at most 4,000 particles on every rank, in the order of the rows: what their images say along
/// the first components with their errors, along the others (a column each), and in the plane of the first
/// two where there are two.
struct TruthSample {
  std::vector<NoisyValue> values, plane;
  Eigen::MatrixXd rest;
};

/// Collective.
TruthSample truth_sample(const LandscapePasses& passes, const PrincipalComponents& components);

/// The amplitudes at a place of the first components: along the others the mean of the particles near it, by
/// how likely each is to be there, half of the errors' width added.
Eigen::VectorXd amplitudes_at(const PrincipalComponents& components, const TruthSample& sample,
                              const Coordinates& at);

}  // namespace elastem
