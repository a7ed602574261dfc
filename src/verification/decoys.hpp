#pragma once

#include <cstdint>

#include "alignment/elastic_prior.hpp"
#include "imaging/elastic_model.hpp"

namespace elastem {

/// A model of the modes that were fitted, and decoys after them: directions of unit norm in which no motion
/// is expected.
struct DecoyModel {
  ElasticModel model;
  Eigen::Index fitted = 0;

  Eigen::Index decoys() const { return model.mode_count() - fitted; }
};

/// `decoys` random orthonormal combinations of at most 15 modes of `source`, those of the highest numbers,
/// less what the modes of `fitted` have of them; with their rotations where the motion is curved. Both models
/// are of the same atoms; `decoys` are at most as many as `source` has modes. Numbered after all modes. A
/// pure function. Throws Error where the fitted modes hold all of the source's.
DecoyModel with_decoys(const ElasticModel& fitted, const ElasticModel& source, int decoys,
                       std::uint64_t seed);

/// A prior that leaves it to the images: without correlations, of the fitted modes' mean and variances, which
/// for each direction are at least those of the median mode and four times the median of `errors`² (Å, of the
/// fitted modes; may be empty).
NormalPrior prior_with_decoys(const NormalPrior& fitted, const Eigen::VectorXd& errors, Eigen::Index decoys);

}  // namespace elastem
