#pragma once

#include "alignment/component_analysis.hpp"
#include "imaging/elastic_model.hpp"

namespace elastem {

/// A model at another place and along other modes than the one that it was made of.
struct RebasedModel {
  ElasticModel model;
  MotionComponents
      base;  ///< its reference and modes in the amplitudes of the first model: c = mean + directions·q

  /// The amplitudes of the first model, to second order in q where motion is curved.
  Eigen::VectorXd in_first(const Eigen::VectorXd& q) const { return base.mean + base.directions * q; }
};

/// The model of the conformations near X(mean) of `first`: reference X(mean), modes ∂X/∂c·directions there,
/// of unit norm, numbered from the first elastic one; where motion is curved their rotations are J(W)·ω, W
/// the turn at the mean (see Twists). Eigenvalues are in inverse proportion to the variances. O(N) numbers
/// beside the result.
RebasedModel rebased_model(const ElasticModel& first, const MotionComponents& components);

}  // namespace elastem
