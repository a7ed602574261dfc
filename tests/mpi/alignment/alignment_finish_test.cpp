#include "mpi/alignment/alignment_finish.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "mpi/alignment/stored_motion.hpp"

namespace elastem {
namespace {

using Details = ResultTable::Details;

constexpr std::int64_t rows = 700;
const TableContents with_prior{.fits = true, .prior = true, .key_length = 0, .vectors = {}};

bool strange(std::int64_t i) {
  return i % 50 == 17;
}

// An aligned particle of one of two conformations; every 50th does not resemble its image, every 90th failed.
ParticleResult row(std::int64_t i) {
  Random random(3, Stream::noise, static_cast<std::uint64_t>(i));
  ParticleResult r;
  const double side = i % 2 == 0 ? 20 : -20;
  r.amplitudes.resize(2);
  r.amplitudes << side + random.normal(), 3 * random.normal();
  r.euler_angles = {10, 20, 30};
  r.standard_errors = Eigen::VectorXd::Ones(7);
  r.score = (strange(i) ? 0.1 : 0.6) + 0.01 * random.normal();
  r.state = i % 90 == 89 ? ParticleState::failed : ParticleState::done;
  if (r.state == ParticleState::failed) r.reason = FailureReason::not_converged;
  r.fit = FitDetails{};
  r.fit->covariance = Eigen::MatrixXd::Identity(7, 7);
  r.fit->covariance(0, 2) = r.fit->covariance(2, 0) = 0.5;  // amplitude and rotation together
  r.fit->amplitudes = r.amplitudes;
  r.fit->chi2 = 1 + 0.01 * random.normal();
  return r;
}

// A table whose rows `comm` writes, each rank its share.
ResultTable aligned(const Communicator& comm, const std::string& path,
                    const TableContents& contents = with_prior) {
  auto table = ResultTable::create(comm, path, rows, {7, 8}, {}, contents);
  for (std::int64_t i = comm.rank(); i < rows; i += comm.size())
    table.write(i, std::vector<ParticleResult>{row(i)});
  comm.barrier();
  return table;
}

TEST(AlignmentFinish, FlagsWhatTheStructureDoesNotExplain) {
  const auto comm = Communicator::world();
  auto table = aligned(comm, "flags.h5");
  std::int64_t expected = 0;
  for (std::int64_t i = 0; i < rows; ++i)
    expected += strange(i) && row(i).state == ParticleState::done ? 1 : 0;
  EXPECT_EQ(flag_outliers(comm, table), expected);
  comm.barrier();
  const auto stored = table.read(0, rows, Details::brief);
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto& fit = stored[static_cast<std::size_t>(i)].fit;
    EXPECT_EQ(fit && fit->outlier, fit && strange(i)) << i;
  }
  comm.barrier();
}

TEST(AlignmentFinish, GivesTheSameBitsOnAnyNumberOfRanks) {
  const auto comm = Communicator::world();
  const Communicator alone = Communicator::self();
  auto table = aligned(comm, "together.h5");
  auto own = aligned(alone, "alone_" + std::to_string(comm.rank()) + ".h5");
  finish_alignment(comm, table, true);
  finish_alignment(alone, own, true);
  comm.barrier();
  EXPECT_TRUE(own.read_prior().has_value());
  const auto together = table.read(0, rows, Details::all), expected = own.read(0, rows, Details::all);
  std::int64_t moved = 0;
  for (std::size_t i = 0; i < together.size(); ++i) {
    EXPECT_EQ(together[i].state, expected[i].state) << i;
    if (expected[i].state != ParticleState::done) continue;
    EXPECT_EQ(together[i].amplitudes, expected[i].amplitudes) << i;
    EXPECT_EQ(together[i].euler_angles, expected[i].euler_angles) << i;
    EXPECT_EQ(together[i].standard_errors, expected[i].standard_errors) << i;
    EXPECT_EQ(together[i].fit->outlier, expected[i].fit->outlier) << i;
    EXPECT_EQ(together[i].fit->amplitudes, row(static_cast<std::int64_t>(i)).amplitudes) << i;
    moved += together[i].amplitudes != together[i].fit->amplitudes ? 1 : 0;
  }
  EXPECT_GT(moved, rows / 2);
  comm.barrier();
}

// Estimates of mode 7 are ±20, those of mode 8 have a spread of 3 about 0; both have an error of 1.
TEST(AlignmentFinish, SaysWhichModesMoveWithTheSameBitsOnAnyNumberOfRanks) {
  const auto comm = Communicator::world();
  const Communicator alone = Communicator::self();
  TableContents contents = with_prior;
  contents.vectors = room_for_motion(2, 100);
  const Eigen::Vector2d variances(900, 1.44);
  for (const auto& vector : stored_normal({Eigen::Vector2d::Zero(), variances.asDiagonal()}))
    contents.vectors.push_back(vector);
  auto table = aligned(comm, "motion.h5", contents);
  auto own = aligned(alone, "motion_" + std::to_string(comm.rank()) + ".h5", contents);
  EXPECT_TRUE(load_motion(table).modes.empty());
  finish_alignment(comm, table, true);
  finish_alignment(alone, own, true);
  comm.barrier();
  const MotionSummary together = load_motion(table), expected = load_motion(own);
  EXPECT_EQ(load_atom_count(table), 100);
  std::int64_t wanted = 0;
  for (std::int64_t i = 0; i < rows; ++i)
    wanted += !strange(i) && row(i).state == ParticleState::done ? 1 : 0;
  EXPECT_EQ(together.particles, wanted);
  ASSERT_EQ(together.modes.size(), 2U);
  ASSERT_EQ(expected.modes.size(), 2U);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(together.modes[k].mean, expected.modes[k].mean) << k;
    EXPECT_EQ(together.modes[k].spread, expected.modes[k].spread) << k;
    EXPECT_EQ(together.modes[k].motion, expected.modes[k].motion) << k;
    EXPECT_EQ(together.modes[k].motion_error, expected.modes[k].motion_error) << k;
  }
  EXPECT_EQ(together.modes[0].verdict, MotionVerdict::moves);
  EXPECT_NEAR(together.modes[0].motion, 20, 0.5);
  EXPECT_EQ(together.modes[1].verdict, MotionVerdict::not_seen);  // an error of 1 with a prior of 1.2
  comm.barrier();
}

// As of an older elastem.
TEST(AlignmentFinish, SaysWhichModesMoveOfATableWithoutRoomOrPrior) {
  const auto comm = Communicator::world();
  auto table = aligned(comm, "no_room.h5");
  flag_outliers(comm, table);
  const MotionSummary found = report_motion(comm, table);
  ASSERT_EQ(found.modes.size(), 2U);
  EXPECT_EQ(found.modes[1].verdict, MotionVerdict::moves);
  EXPECT_NEAR(found.modes[1].motion, std::sqrt(9 - 1), 0.4);
  EXPECT_TRUE(load_motion(table).modes.empty());
  EXPECT_EQ(load_atom_count(table), 0);
  comm.barrier();
}

TEST(AlignmentFinish, DoneAgainItGivesTheSameAgain) {
  const auto comm = Communicator::world();
  auto table = aligned(comm, "again.h5");
  finish_alignment(comm, table, true);
  comm.barrier();
  const auto once = table.read(0, rows);
  comm.barrier();
  finish_alignment(comm, table, true);
  comm.barrier();
  const auto twice = table.read(0, rows);
  for (std::size_t i = 0; i < once.size(); ++i)
    if (once[i].state == ParticleState::done) {
      EXPECT_EQ(once[i].amplitudes, twice[i].amplitudes) << i;
    }
  comm.barrier();
}

}  // namespace
}  // namespace elastem
