#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "mpi/storage/result_table.hpp"
#include "tests/support/damage.hpp"

namespace elastem {
namespace {

using Details = ResultTable::Details;
const std::vector<int> modes = {7, 8};
const TableContents with_fits{.fits = true, .prior = true, .key_length = 0, .vectors = {}};

Provenance origin() {
  Provenance p;
  p.command_line = "elastem align";
  return p;
}

// Some aligned row that depends on its number; its covariance has exact square roots on the diagonal.
ParticleResult row(std::int64_t i) {
  const auto x = static_cast<double>(i);
  ParticleResult r;
  r.amplitudes = (Eigen::VectorXd(2) << x, -x).finished();
  r.euler_angles = {x + 0.1, x + 0.2, x + 0.3};
  r.shift = {-x / 3, x / 7};
  r.standard_errors = Eigen::VectorXd::LinSpaced(7, 1, 7);
  r.score = 1 / (x + 1);
  r.state = ParticleState::done;
  r.fit = FitDetails{};
  r.fit->covariance = Eigen::MatrixXd::Constant(7, 7, 0.5 * x);
  r.fit->covariance.diagonal() = r.standard_errors.cwiseAbs2();
  r.fit->amplitudes = r.amplitudes;
  r.fit->chi2 = 1 + x / 100;
  r.fit->defocus_change = -10 * x;
  return r;
}

void expect_fit(const FitDetails& fit, std::int64_t i, bool with_covariance) {
  const FitDetails expected = row(i).fit.value();
  EXPECT_EQ(fit.amplitudes, expected.amplitudes) << i;
  EXPECT_EQ(fit.chi2, expected.chi2) << i;
  EXPECT_EQ(fit.defocus_change, expected.defocus_change) << i;
  if (with_covariance) {
    EXPECT_EQ(fit.covariance, expected.covariance) << i;
  } else {
    EXPECT_EQ(fit.covariance.size(), 0) << i;
  }
}

// Rank 0 writes all but the last row.
ResultTable written(const Communicator& comm, const std::string& path, std::int64_t n) {
  auto table = ResultTable::create(comm, path, n + 1, modes, origin(), with_fits);
  std::vector<ParticleResult> rows;
  for (std::int64_t i = 0; i < n; ++i) rows.push_back(row(i));
  if (comm.root()) table.write(0, rows);
  comm.barrier();
  return table;
}

// The states of all rows, their fits checked too.
std::vector<ParticleState> states_of(const ResultTable& table) {
  std::vector<ParticleState> states;
  for (const auto& row : table.read(0, table.size(), ResultTable::Details::all)) states.push_back(row.state);
  return states;
}

TEST(FitColumns, ComeBackAsAskedFor) {
  const auto comm = Communicator::world();
  written(comm, "fits.h5", 9).close();
  const auto table = ResultTable::open(comm, "fits.h5", ResultTable::Access::read);
  EXPECT_TRUE(table.has_fits());
  EXPECT_FALSE(table.read(4, 1).at(0).fit.has_value());
  expect_fit(table.read(4, 1, Details::brief).at(0).fit.value(), 4, false);
  expect_fit(table.read(4, 1, Details::all).at(0).fit.value(), 4, true);
  const auto pending = table.read(9, 1, Details::all).at(0);
  EXPECT_EQ(pending.state, ParticleState::pending);
  EXPECT_FALSE(pending.fit.has_value());
}

TEST(FitColumns, WhatTheImageAloneSaysOutlivesARewrite) {
  const auto comm = Communicator::world();
  auto table = written(comm, "rewritten.h5", 5);
  ParticleResult better = row(3);
  better.amplitudes *= 2;
  better.euler_angles *= 3;
  better.shift *= 4;
  better.standard_errors /= 2;
  if (comm.root()) table.rewrite(3, std::vector<ParticleResult>{better});
  comm.barrier();
  EXPECT_EQ(states_of(table).at(3), ParticleState::done);
  EXPECT_EQ(table.read(3, 1).at(0).amplitudes, better.amplitudes);
  EXPECT_EQ(table.read(3, 1, Details::all).at(0).euler_angles, better.euler_angles);
  const auto alone = table.read(3, 1, Details::image_alone).at(0);
  EXPECT_EQ(alone.amplitudes, row(3).amplitudes);
  EXPECT_EQ(alone.euler_angles, row(3).euler_angles);
  EXPECT_EQ(alone.shift, row(3).shift);
  EXPECT_EQ(alone.standard_errors, row(3).standard_errors);
  expect_fit(alone.fit.value(), 3, true);
  comm.barrier();
}

TEST(FitColumns, ADamagedFitMakesItsRowPending) {
  const auto comm = Communicator::world();
  written(comm, "damaged_fits.h5", 9).close();
  damage(comm, "damaged_fits.h5", "fit/covariance", 4 * 49 * 1 + 4 * 20);
  damage(comm, "damaged_fits.h5", "fit/amplitudes", 8 * 2 * 2);
  damage(comm, "damaged_fits.h5", "fit/euler_angles", 8 * 3 * 3);
  damage(comm, "damaged_fits.h5", "fit/shifts", 8 * 2 * 4);
  damage(comm, "damaged_fits.h5", "fit/chi2", 8 * 5);
  damage(comm, "damaged_fits.h5", "fit/defocus_change", 8 * 6);
  damage(comm, "damaged_fits.h5", "fit/checksum", 4 * 7);
  damage(comm, "damaged_fits.h5", "fit/outlier", 8);  // no part of the checksum
  const auto table = ResultTable::open(comm, "damaged_fits.h5", ResultTable::Access::read);
  const auto states = states_of(table);
  const auto all = table.read(0, 10, Details::all);
  for (std::size_t i = 0; i < 10; ++i) {
    const auto expected = i == 0 || i == 8 ? ParticleState::done : ParticleState::pending;
    EXPECT_EQ(states[i], expected) << i;
    EXPECT_EQ(all[i].state, expected) << i;
    EXPECT_EQ(all[i].fit.has_value(), expected == ParticleState::done) << i;
  }
  EXPECT_TRUE(all[8].fit.value().outlier);
  EXPECT_EQ(table.read(1, 1).at(0).state, ParticleState::done);  // an ordinary read does not look at the fit
}

TEST(FitColumns, OutliersAreWrittenLater) {
  const auto comm = Communicator::world();
  auto table = written(comm, "outliers.h5", 5);
  if (comm.root()) table.write_outliers(1, {1, 0, 1});
  comm.barrier();
  const std::vector<bool> expected = {false, true, false, true, false};
  const auto rows = table.read(0, 5, Details::brief);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(rows[i].fit.value().outlier, expected[i]) << i;
  EXPECT_EQ(states_of(table).at(3), ParticleState::done);
  EXPECT_THROW(table.write_outliers(4, {0, 0, 0}), Bug);
  comm.barrier();
}

TEST(FitColumns, AFailedParticleNeedsNoFitAndADoneOneDoes) {
  const auto comm = Communicator::world();
  auto table = ResultTable::create(comm, "failed_fit.h5", 2, modes, origin(), with_fits);
  ParticleResult failed;
  failed.state = ParticleState::failed;
  failed.reason = FailureReason::constant;
  ParticleResult bare = row(1);
  bare.fit.reset();
  if (comm.root()) {
    table.write(0, std::vector<ParticleResult>{failed});
    EXPECT_THROW(table.write(1, std::vector<ParticleResult>{bare}), Bug);
  }
  comm.barrier();
  EXPECT_EQ(states_of(table), (std::vector<ParticleState>{ParticleState::failed, ParticleState::pending}));
  EXPECT_FALSE(table.read(0, 1, Details::all).at(0).fit.has_value());
  comm.barrier();
}

TEST(FitColumns, AreNotInOtherTables) {
  const auto comm = Communicator::world();
  auto table = ResultTable::create(comm, "plain.h5", 1, modes, origin());
  if (comm.root()) table.write(0, std::vector<ParticleResult>{row(0)});
  comm.barrier();
  EXPECT_FALSE(table.has_fits());
  EXPECT_FALSE(table.read(0, 1, Details::all).at(0).fit.has_value());
  EXPECT_FALSE(table.read_prior().has_value());
  EXPECT_THROW(table.write_outliers(0, {1}), Bug);
  comm.barrier();
}

LearntPrior some_prior() {
  LearntPrior learnt;
  learnt.prior.points = Eigen::MatrixXd::Random(2, 17);
  learnt.prior.weights = Eigen::VectorXd::LinSpaced(17, 0.01, 0.1);
  learnt.prior.width_shares << 0.1, 0.2, 0.3, 0.4;
  learnt.prior.error = (Eigen::MatrixXd(2, 2) << 1, 2, 2, 5).finished();
  learnt.prior.mean = (Eigen::VectorXd(2) << 3, -4).finished();
  learnt.prior.covariance = 7 * learnt.prior.error;
  learnt.prior.background = 70 * learnt.prior.error;
  learnt.prior.normal_share = 0.25;
  learnt.prior.background_share = 0.125;
  learnt.learners = 30;
  learnt.iterations = 15;
  learnt.log_likelihood = -12.5;
  learnt.held_out = -13.5;
  return learnt;
}

TEST(StoredPrior, ComesBack) {
  const auto comm = Communicator::world();
  auto table = written(comm, "prior.h5", 2);
  EXPECT_FALSE(table.read_prior().has_value());  // room for one, but none was learnt
  comm.barrier();
  const LearntPrior expected = some_prior();
  if (comm.root()) table.write_prior(expected);
  comm.barrier();
  const LearntPrior stored = table.read_prior().value();
  EXPECT_EQ(stored.prior.points, expected.prior.points);
  EXPECT_EQ(stored.prior.weights, expected.prior.weights);
  EXPECT_EQ(stored.prior.width_shares, expected.prior.width_shares);
  EXPECT_EQ(stored.prior.error, expected.prior.error);
  EXPECT_EQ(stored.prior.mean, expected.prior.mean);
  EXPECT_EQ(stored.prior.covariance, expected.prior.covariance);
  EXPECT_EQ(stored.prior.background, expected.prior.background);
  EXPECT_EQ(stored.prior.normal_share, expected.prior.normal_share);
  EXPECT_EQ(stored.prior.background_share, expected.prior.background_share);
  EXPECT_EQ(stored.learners, expected.learners);
  EXPECT_EQ(stored.iterations, expected.iterations);
  EXPECT_EQ(stored.log_likelihood, expected.log_likelihood);
  EXPECT_EQ(stored.held_out, expected.held_out);
  comm.barrier();
}

}  // namespace
}  // namespace elastem
