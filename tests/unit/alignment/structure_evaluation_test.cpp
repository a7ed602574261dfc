#include "alignment/structure_evaluation.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/units.hpp"
#include "structure/superposition.hpp"
#include "synthetic_particle.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
// Coordinates of some 50 Å go through a superposition of a hundred atoms.
constexpr double rounding = 50 * 1000 * epsilon;

Eigen::Matrix3Xd turned(const Eigen::Matrix3Xd& atoms, const Eigen::Vector3d& degrees) {
  return rotation_increment(degrees * radians_per_degree) * atoms;
}

// Atoms that no modes make: X(q) with each atom displaced at random, superposed on X⁰ as synthesize does it.
Eigen::Matrix3Xd strange(const ElasticModel& model, const Eigen::VectorXd& q, double by) {
  Random random(3, Stream::sampling, 0);
  Eigen::Matrix3Xd atoms = model.deformed(q);
  for (auto& x : atoms.reshaped()) x += by * random.normal();
  return superposition(atoms, model.positions)(atoms);
}

TrueConformation known(const ElasticModel& model, const Eigen::Matrix3Xd& atoms) {
  return {std::make_shared<const Eigen::Matrix3Xd>(atoms), reach_of(ModeFitter(model), atoms)};
}

ParticleResult row_of(const Eigen::VectorXd& amplitudes, const Pose& pose, double standard_error = 2) {
  ParticleResult row;
  row.amplitudes = amplitudes;
  row.euler_angles = {pose.rot, pose.tilt, pose.psi};
  row.shift = pose.shift;
  row.standard_errors = Eigen::VectorXd::Constant(amplitudes.size() + 5, standard_error);
  row.state = ParticleState::done;
  return row;
}

const Pose pose{30, 60, 90, {1, 2}};

// The pose turned by a rotation vector in the image's axes, x, y and view.
Pose turned_pose(const Eigen::Vector3d& degrees) {
  const Eigen::Vector3d angles =
      euler_angles(rotation_increment(degrees * radians_per_degree) * rotation_matrix(pose));
  return {angles[0], angles[1], angles[2], pose.shift};
}

// The same that moves along curves: turns of up to 0.2 at amplitudes of 15 Å.
ElasticModel curved_chain() {
  ElasticModel model = bent_chain();
  for (const double turn : {5e-4, -3e-4})
    model.rotations.emplace_back(Eigen::Matrix3Xd(turn * model.positions));
  return model;
}

void expect_reach_of_what_the_modes_made(const ElasticModel& model) {
  Eigen::VectorXd q = Eigen::VectorXd::Zero(model.mode_count());
  q[0] = 15;
  q[1] = -8;
  const Eigen::Matrix3Xd made = model.deformed(q);
  const Eigen::Matrix3Xd elsewhere = turned(made, {40, -70, 10}).colwise() + Eigen::Vector3d(3, 4, 5);
  const Reach reach = reach_of(ModeFitter(model), elsewhere);
  // The alternation ends when a turn moves the atoms by 1e-9 Å; it still had a few times that to go.
  EXPECT_LE(reach.rmsd, 1e-7);
  EXPECT_LE((model.deformed(reach.amplitudes) - made).norm() / std::sqrt(120.0), 1e-6);
  EXPECT_NEAR(reach.unmoved_rmsd, rmsd(superposition(made, model.positions)(made), model.positions), 1e-9);
}

TEST(Reach, OfWhatTheModesMadeIsItself) {
  expect_reach_of_what_the_modes_made(bent_chain());
  expect_reach_of_what_the_modes_made(curved_chain());
}

void expect_nothing_nearer(const ElasticModel& model) {
  const Eigen::Matrix3Xd atoms = strange(model, Eigen::VectorXd::Constant(model.mode_count(), 20), 2);
  const ModeFitter fitter(model);
  const Reach reach = reach_of(fitter, atoms);
  const auto distance = [&](const Eigen::VectorXd& q) {
    const Eigen::Matrix3Xd made = model.deformed(q);
    return rmsd(superposition(atoms, made)(atoms), made);
  };
  EXPECT_NEAR(distance(reach.amplitudes), reach.rmsd, rounding);
  EXPECT_LE(reach.rmsd, distance(fitter(atoms).amplitudes) + rounding);  // superposed on X⁰ alone
  EXPECT_LE(reach.rmsd, reach.unmoved_rmsd);
  for (Eigen::Index k = 0; k < model.mode_count(); ++k)
    for (const double step : {-0.1, 0.1})
      EXPECT_GT(distance(reach.amplitudes + step * Eigen::VectorXd::Unit(model.mode_count(), k)), reach.rmsd);
}

TEST(Reach, NoAmplitudesComeNearer) {
  expect_nothing_nearer(bent_chain());
  expect_nothing_nearer(curved_chain());
}

TEST(Reach, RefusesAnotherNumberOfAtoms) {
  const ElasticModel model = bent_chain();
  EXPECT_THROW(reach_of(ModeFitter(model), model.positions.leftCols(7)), Error);
}

TEST(PlacedDifference, IsTheTurnInTheImagesAxes) {
  const ElasticModel model = bent_chain();
  const Eigen::Vector3d turn(4, -3, 12);
  const PlacedDifference difference =
      placed_difference(model.positions, turned_pose(turn), model.positions, pose);
  EXPECT_NEAR(difference.rmsd, 0, rounding);
  EXPECT_NEAR((difference.turn - turn).norm(), 0, 1e-9);  // through Euler angles and back
  EXPECT_NEAR(difference.angle(), 13, 1e-9);              // 4² + 3² + 12² = 13²
}

// A rotation of the atoms that the pose takes back is no error: it is the placed atoms that are compared.
TEST(PlacedDifference, AtomsAndPoseGoTogether) {
  const ElasticModel model = bent_chain();
  const Eigen::Vector3d turn(20, 30, -10);
  const Eigen::Matrix3d increment = rotation_increment(turn * radians_per_degree);
  const Eigen::Vector3d angles = euler_angles(rotation_matrix(pose) * increment.transpose());
  const Pose other{angles[0], angles[1], angles[2], pose.shift};
  const PlacedDifference difference =
      placed_difference(turned(model.positions, turn), other, model.positions, pose);
  EXPECT_NEAR(difference.rmsd, 0, rounding);
  EXPECT_NEAR(difference.angle(), 0, 1e-9);
}

TEST(PlacedDifference, RefusesAnotherNumberOfAtoms) {
  const ElasticModel model = bent_chain();
  EXPECT_THROW(placed_difference(model.positions, pose, model.positions.leftCols(7), pose), Error);
}

TEST(StructureEvaluation, OfKnownErrors) {
  const ElasticModel model = bent_chain();
  const Eigen::Index modes = model.mode_count();
  const TrueConformation truth = known(model, strange(model, Eigen::VectorXd::Constant(modes, 20), 2));
  const TrueConformation itself = known(model, model.positions);
  StructureEvaluation evaluation(model, {truth, itself}, 6);
  // Twice the best amplitudes in opposite errors of the first mode; once a pose far off; X⁰ itself.
  const Eigen::VectorXd best = truth.reach.amplitudes, off = 3 * Eigen::VectorXd::Unit(modes, 0);
  const auto placed = [&](const Eigen::VectorXd& q) { return row_of(q, turned_pose({0, 0, 0})); };
  evaluation.add(0, placed(best + off), 0, pose);
  evaluation.add(1, placed(best - off), 0, pose);
  evaluation.add(2, row_of(Eigen::VectorXd::Zero(modes), turned_pose({0, 100, 0})), 1, pose);
  ParticleResult failed = placed(best), pending = placed(best);
  failed.state = ParticleState::failed;
  pending.state = ParticleState::pending;
  evaluation.add(3, failed, 0, pose);
  evaluation.skip(pending);
  const StructureReport report = evaluation.report();

  EXPECT_EQ(report.rows, 6);
  EXPECT_EQ(report.done, 3);
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.pending, 1);
  EXPECT_EQ(report.unmatched, 1);
  ASSERT_EQ(report.all.count, 3);
  ASSERT_EQ(report.found.count, 2);
  const auto distance = [&](const Eigen::VectorXd& q) {
    const Eigen::Matrix3Xd made = model.deformed(q);
    return rmsd(superposition(made, *truth.atoms)(made), *truth.atoms);
  };
  const double off_rmsd = distance(best + off) + distance(best - off);
  EXPECT_NEAR(report.all.rmsd.mean, off_rmsd / 3, rounding);
  EXPECT_NEAR(report.found.rmsd.mean, off_rmsd / 2, rounding);
  EXPECT_NEAR(report.all.reachable.mean, truth.reach.rmsd * 2 / 3, rounding);
  EXPECT_NEAR(report.found.reachable.mean, truth.reach.rmsd, rounding);
  EXPECT_NEAR(report.found.unmoved.mean, truth.reach.unmoved_rmsd, rounding);
  // ±3 Å over 2 Å in one of K modes; the best amplitudes cancel but for rounding of values of some tens.
  EXPECT_NEAR(report.found.mode_pull_sd[0], 1.5, 1e-9);
  EXPECT_NEAR(report.found.mode_pull_sd[1], 0, 1e-6);  // √ of a difference of squares
  EXPECT_NEAR(report.found.pull_sd, 1.5 / std::sqrt(static_cast<double>(modes)), 1e-9);
}

TEST(StructureEvaluation, PullsOfHonestErrorBarsHaveUnitSpread) {
  const ElasticModel model = bent_chain();
  const std::int64_t n = 2000;
  StructureEvaluation evaluation(model, {known(model, model.positions)}, n);
  for (std::int64_t i = 0; i < n; ++i) {
    Random random(1, Stream::noise, static_cast<std::uint64_t>(i));
    const Eigen::Vector3d turn(random.normal(), random.normal(), random.normal());
    ParticleResult row = row_of(Eigen::VectorXd::Zero(model.mode_count()), turned_pose(turn), 1);
    // As little as does not turn the molecule: only then are the pulls of the pose those of the turn.
    for (auto& q : row.amplitudes) q = 1e-3 * random.normal();
    row.standard_errors.head(model.mode_count()).setConstant(1e-3);
    evaluation.add(i, row, 0, pose);
  }
  const StructureReport report = evaluation.report();
  EXPECT_EQ(report.found.count, n);
  // Five times the relative error of an sd; 1e-4 for the amplitudes' own turns.
  const double scatter = 5 / std::sqrt(2.0 * static_cast<double>(n)) + 1e-4;
  EXPECT_NEAR(report.found.pull_sd, 1, scatter);
  for (const double sd : report.found.mode_pull_sd) EXPECT_NEAR(sd, 1, scatter);
  for (const double sd : report.found.rotation_pull_sd) EXPECT_NEAR(sd, 1, scatter);
}

TEST(StructureEvaluation, WithoutStandardErrorsHasNoPulls) {
  const ElasticModel model = bent_chain();
  StructureEvaluation evaluation(model, {known(model, model.positions)}, 2);
  const Eigen::VectorXd none = Eigen::VectorXd::Zero(model.mode_count());
  evaluation.add(0, row_of(none, pose, std::numeric_limits<double>::infinity()), 0, pose);
  evaluation.add(1, row_of(none, pose, 0), 0, pose);
  const StructureReport report = evaluation.report();
  EXPECT_EQ(report.found.count, 2);
  EXPECT_TRUE(std::isnan(report.found.pull_sd));
  EXPECT_TRUE(std::isnan(report.found.mode_pull_sd[0]));
  EXPECT_TRUE(std::isnan(report.found.rotation_pull_sd[0]));
}

TEST(StructureEvaluation, HasTheSameBitsInParts) {
  const ElasticModel model = bent_chain();
  const Eigen::Index modes = model.mode_count();
  const TrueConformation truth = known(model, strange(model, Eigen::VectorXd::Constant(modes, 20), 2));
  const std::int64_t n = 700;
  StructureEvaluation whole(model, {truth}, n), low(model, {truth}, n), high(model, {truth}, n);
  const std::int64_t middle = whole.slices().begin(RowSlices::first_of_rank(1, 3));
  for (std::int64_t i = 0; i < n; ++i) {
    Random random(2, Stream::noise, static_cast<std::uint64_t>(i));
    const ParticleResult row =
        row_of(Eigen::VectorXd::NullaryExpr(modes, [&] { return 20 * random.normal(); }),
               turned_pose(Eigen::Vector3d(8 * random.normal(), 8 * random.normal(), 8 * random.normal())));
    whole.add(i, row, 0, pose);
    (i < middle ? low : high).add(i, row, 0, pose);
  }
  for (std::size_t i = 0; i < low.sums().size(); ++i) low.sums()[i] += high.sums()[i];
  for (std::size_t i = 0; i < low.counts().size(); ++i) low.counts()[i] += high.counts()[i];
  const StructureReport expected = whole.report(), found = low.report();
  EXPECT_EQ(found.done, n);
  EXPECT_GT(expected.found.count, 0);
  EXPECT_LT(expected.found.count, n);
  EXPECT_EQ(found.all.rmsd.mean, expected.all.rmsd.mean);
  EXPECT_EQ(found.found.rmsd.sd, expected.found.rmsd.sd);
  EXPECT_EQ(found.found.pull_sd, expected.found.pull_sd);
}

TEST(StructureEvaluation, OfNothingIsEmpty) {
  const ElasticModel model = bent_chain();
  const StructureReport report = StructureEvaluation(model, {}, 0).report();
  EXPECT_EQ(report.all.count, 0);
  EXPECT_TRUE(std::isnan(report.all.rmsd.mean));
}

}  // namespace
}  // namespace elastem
