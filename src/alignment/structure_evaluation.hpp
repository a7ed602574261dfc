#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "alignment/evaluated_rows.hpp"
#include "alignment/sliced_moments.hpp"
#include "imaging/elastic_model.hpp"
#include "imaging/mode_fit.hpp"
#include "imaging/particle.hpp"
#include "imaging/pose.hpp"

namespace elastem {

/// What the modes of a model can make of a true conformation T, atoms in Å as those of the model.
struct Reach {
  Eigen::VectorXd amplitudes;  ///< K, Å: the best ones
  double rmsd = 0;             ///< Å, from X(amplitudes) to T after superposition: no amplitudes come nearer
  double unmoved_rmsd = 0;     ///< Å, from X⁰ to T after superposition: of a model that does nothing
};

/// min over q and the rigid motions M of √(|X(q) − M T|²/N). Fits q to M T and superposes T on X(q) in turn,
/// from T superposed on X⁰, until the atoms of the model move by less than 10⁻⁹ Å RMSD. Throws Error when
/// `atoms` are not as many as those of the model.
Reach reach_of(const ModeFitter& fitter, const Eigen::Matrix3Xd& atoms);

/// A true conformation that no set of modes made.
struct TrueConformation {
  std::shared_ptr<const Eigen::Matrix3Xd> atoms;  ///< Å, superposed on X⁰: the true poses are of these
  Reach reach;
};

/// How the estimate of an image lies to the truth.
struct PlacedDifference {
  double rmsd = 0;                                 ///< Å, of the atoms after superposition
  Eigen::Vector3d turn = Eigen::Vector3d::Zero();  ///< rotation vector in degrees in the image's axes, x, y
                                                   ///< and view, that takes the placed truth to the estimate
  double angle() const { return turn.norm(); }     ///< degrees, 0 … 180
};

/// Superposes the atoms X(q) in the pose of an estimate on those of the truth in its own (Kabsch): the
/// amplitudes and the pose are compared together, so that a rotation which the modes express in place of the
/// pose is no error. Throws Error when the numbers of atoms differ.
PlacedDifference placed_difference(const Eigen::Matrix3Xd& estimate, const Pose& estimated,
                                   const Eigen::Matrix3Xd& truth, const Pose& true_pose);

/// A group of images against the true conformations.
struct ConformationErrors {
  std::int64_t count = 0;
  Summary rmsd;        ///< Å, of the estimated to the true atoms
  Summary reachable;   ///< Å, what the best amplitudes of the same modes leave (Reach::rmsd)
  Summary unmoved;     ///< Å, what the model leaves that does nothing (Reach::unmoved_rmsd)
  Summary rotation;    ///< degrees between the placed atoms
  double pull_sd = 0;  ///< sd of (estimate − best)/(standard error) of all amplitudes together; NaN without
  std::vector<double> mode_pull_sd;          ///< the same of each mode
  std::array<double, 3> rotation_pull_sd{};  ///< of the turn about image x, y and the view axis
};

struct StructureReport : EvaluatedRows {
  ConformationErrors all, found;  ///< over all done rows; over those turned by less than `found_within`
};

/// Sums up how far results lie from true conformations, as Evaluation does from true amplitudes: in memory
/// that does not grow with the number of images, the same to the last bit on any number of ranks. Looks at
/// the model, which must live as long.
class StructureEvaluation {
 public:
  StructureEvaluation(const ElasticModel& model, std::vector<TrueConformation> conformations,
                      std::int64_t rows);

  /// How the rows are cut.
  const RowSlices& slices() const { return moments_.slices(); }

  /// One row, whose image shows `conformation`, counted from 0, in the pose `true_pose`. Rows that are not
  /// done are counted and skipped.
  void add(std::int64_t row, const ParticleResult& estimate, std::size_t conformation, const Pose& true_pose);

  /// A row that is not done, whatever its truth.
  void skip(const ParticleResult& estimate);

  /// What is to be added element by element over ranks before `report`.
  std::span<double> sums() { return moments_.sums(); }
  std::span<std::int64_t> counts() { return counts_; }

  StructureReport report() const;

 private:
  void note_in(int group, const ParticleResult& estimate, const Reach& reach,
               const PlacedDifference& difference);
  ConformationErrors errors(int group) const;

  const ElasticModel* model_;
  std::vector<TrueConformation> conformations_;
  int modes_;
  SlicedMoments moments_;
  std::array<std::int64_t, tally_count> counts_{};
};

}  // namespace elastem
