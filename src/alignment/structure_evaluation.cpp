#include "alignment/structure_evaluation.hpp"

#include <cmath>
#include <utility>

#include <Eigen/Geometry>

#include "alignment/evaluation.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "structure/superposition.hpp"

namespace elastem {
namespace {

constexpr int group_count = 2;  // all images; those whose pose was found

// Quantities of an image: single ones, three rotations, K amplitudes.
enum Quantity { rmsd_of, reachable, unmoved, rotation, pull, turn_pull, amplitude_pull = turn_pull + 3 };

int quantities(int modes) {
  return amplitude_pull + modes;
}

double superposed_rmsd(const Eigen::Matrix3Xd& moving, const Eigen::Matrix3Xd& fixed) {
  return rmsd(superposition(moving, fixed)(moving), fixed);
}

// Whether a row has a standard error number p, counted from 0, by which an error can be divided.
bool has_spread(const ParticleResult& row, Eigen::Index p) {
  return p < row.standard_errors.size() && std::isfinite(row.standard_errors[p]) &&
         row.standard_errors[p] > 0;
}

}  // namespace

Reach reach_of(const ModeFitter& fitter, const Eigen::Matrix3Xd& atoms) {
  const ElasticModel& model = fitter.model();
  constexpr double standstill = 1e-9;  // Å RMSD
  constexpr int most_turns = 10000;    // a few suffice where modes hardly turn the model
  Eigen::Matrix3Xd made = model.positions;
  Reach reach;
  reach.unmoved_rmsd = superposed_rmsd(atoms, made);
  double moved = 0;
  for (int turn = 0; turn < most_turns && (turn == 0 || moved > standstill); ++turn) {
    const Eigen::Matrix3Xd placed = superposition(atoms, made)(atoms);
    const ModeFit fit = turn == 0 ? fitter(placed) : fitter(placed, reach.amplitudes);
    const Eigen::Matrix3Xd better = model.deformed(fit.amplitudes);
    moved = rmsd(better, made);
    made = better;
    reach.amplitudes = fit.amplitudes;
  }
  reach.rmsd = superposed_rmsd(atoms, made);
  return reach;
}

PlacedDifference placed_difference(const Eigen::Matrix3Xd& estimate, const Pose& estimated,
                                   const Eigen::Matrix3Xd& truth, const Pose& true_pose) {
  const RigidMotion onto_truth = superposition(estimate, truth);
  // Placed atoms R_e·X and R_t·T are superposed by R_t·K·R_eᵀ, where K superposes X and T.
  const Eigen::Matrix3d back =
      rotation_matrix(estimated) * (rotation_matrix(true_pose) * onto_truth.rotation).transpose();
  const Eigen::AngleAxisd turn(back);
  return {rmsd(onto_truth(estimate), truth), turn.axis() * (turn.angle() * degrees_per_radian)};
}

StructureEvaluation::StructureEvaluation(const ElasticModel& model,
                                         std::vector<TrueConformation> conformations, std::int64_t rows)
    : model_(&model),
      conformations_(std::move(conformations)),
      modes_(static_cast<int>(model.mode_count())),
      moments_(rows, group_count * quantities(modes_)) {
  for (const TrueConformation& known : conformations_)
    require(known.atoms->cols() == model.atom_count() && known.reach.amplitudes.size() == modes_,
            "conformations of the model's atoms and modes");
}

void StructureEvaluation::skip(const ParticleResult& estimate) {
  require(estimate.state != ParticleState::done, "a row that is not done");
  ++counts_[estimate.state == ParticleState::failed ? failed_rows : pending_rows];
}

void StructureEvaluation::add(std::int64_t row, const ParticleResult& estimate, std::size_t conformation,
                              const Pose& true_pose) {
  require(conformation < conformations_.size(), "one of the conformations");
  if (estimate.state != ParticleState::done) return skip(estimate);
  const TrueConformation& truth = conformations_[conformation];
  const PlacedDifference difference =
      placed_difference(model_->deformed(estimate.amplitudes), estimate.pose(), *truth.atoms, true_pose);
  moments_.begin(row);
  ++counts_[done_rows];
  note_in(0, estimate, truth.reach, difference);
  if (difference.angle() < found_within) note_in(1, estimate, truth.reach, difference);
}

void StructureEvaluation::note_in(int group, const ParticleResult& estimate, const Reach& reach,
                                  const PlacedDifference& difference) {
  const auto note = [&](int quantity, double value) {
    moments_.note(group * quantities(modes_) + quantity, value);
  };
  note(rmsd_of, difference.rmsd);
  note(reachable, reach.rmsd);
  note(unmoved, reach.unmoved_rmsd);
  note(rotation, difference.angle());
  for (int k = 0; k < modes_; ++k) {
    if (!has_spread(estimate, k)) continue;
    const double value = (estimate.amplitudes[k] - reach.amplitudes[k]) / estimate.standard_errors[k];
    note(pull, value);
    note(amplitude_pull + k, value);
  }
  for (int axis = 0; axis < 3; ++axis)
    if (has_spread(estimate, modes_ + axis))
      note(turn_pull + axis, difference.turn[axis] / estimate.standard_errors[modes_ + axis]);
}

ConformationErrors StructureEvaluation::errors(int group) const {
  const auto summary = [&](int quantity) { return moments_.summary(group * quantities(modes_) + quantity); };
  ConformationErrors errors;
  errors.rmsd = summary(rmsd_of);
  errors.count = errors.rmsd.count;
  errors.reachable = summary(reachable);
  errors.unmoved = summary(unmoved);
  errors.rotation = summary(rotation);
  errors.pull_sd = summary(pull).sd;
  for (int k = 0; k < modes_; ++k) errors.mode_pull_sd.push_back(summary(amplitude_pull + k).sd);
  for (int axis = 0; axis < 3; ++axis)
    errors.rotation_pull_sd[static_cast<std::size_t>(axis)] = summary(turn_pull + axis).sd;
  return errors;
}

StructureReport StructureEvaluation::report() const {
  StructureReport report{evaluated_rows(slices().rows, counts_), {}, {}};
  report.all = errors(0);
  report.found = errors(1);
  return report;
}

}  // namespace elastem
