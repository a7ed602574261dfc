#include "mpi/storage/result_table.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "core/error.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

const std::vector<int> modes = {7, 8, 11};

Provenance origin() {
  Provenance p;
  p.command_line = "elastem align -i a.star";
  p.options = {"cutoff=8", "input=a.star"};
  p.inputs = {"particles a.star 0000002a 100"};
  p.version = "1.2.3";
  p.git_commit = "abc";
  p.host = "node1";
  p.start = "2026-01-01T00:00:00Z";
  p.seed = 18446744073709551615U;
  p.ranks = 3;
  p.libraries = {"HDF5 1.10.8", "FFTW 3"};
  return p;
}

const TableContents with_keys{.fits = false, .prior = false, .key_length = 13, .vectors = {}};

// Some row that depends on its number; every fifth one failed.
ParticleResult row(std::int64_t i) {
  const auto x = static_cast<double>(i);
  ParticleResult r;
  r.image = std::to_string(i + 1) + "@stack.mrcs";
  r.amplitudes = (Eigen::VectorXd(3) << x, -x, std::sqrt(x)).finished();
  r.euler_angles = Eigen::Vector3d(x + 0.1, x + 0.2, x + 0.3);
  r.shift = Eigen::Vector2d(-x / 3, x / 7);
  r.standard_errors = Eigen::VectorXd::LinSpaced(8, x, x + 1);
  r.score = 1 / (x + 1);
  r.state = i % 5 == 4 ? ParticleState::failed : ParticleState::done;
  r.reason = i % 5 == 4 ? FailureReason::constant : FailureReason::none;
  return r;
}

void expect_row(const ParticleResult& r, std::int64_t i) {
  const ParticleResult expected = row(i);
  EXPECT_EQ(r.state, expected.state) << i;
  EXPECT_EQ(r.image, expected.image) << i;
  EXPECT_EQ(r.reason, expected.reason) << i;
  EXPECT_EQ(r.amplitudes, expected.amplitudes) << i;
  EXPECT_EQ(r.euler_angles, expected.euler_angles) << i;
  EXPECT_EQ(r.shift, expected.shift) << i;
  EXPECT_EQ(r.standard_errors, expected.standard_errors) << i;
  EXPECT_EQ(r.score, expected.score) << i;
}

// Each rank writes its rows of a block-cyclic share, in blocks of three.
void write_all(const Communicator& comm, ResultTable& table) {
  for (std::int64_t first = 3 * comm.rank(); first < table.size(); first += 3 * comm.size()) {
    std::vector<ParticleResult> rows;
    for (auto i = first; i < std::min(first + 3, table.size()); ++i) rows.push_back(row(i));
    table.write(first, rows);
  }
}

// The states of all rows, their fits checked too.
std::vector<ParticleState> states_of(const ResultTable& table) {
  std::vector<ParticleState> states;
  for (const auto& row : table.read(0, table.size(), ResultTable::Details::all)) states.push_back(row.state);
  return states;
}

TEST(ResultTable, RowsComeBack) {
  const auto comm = Communicator::world();
  {
    auto table = ResultTable::create(comm, "rows.h5", 40, modes, origin(), with_keys);
    EXPECT_EQ(table.size(), 40);
    write_all(comm, table);
    table.close();
  }
  auto table = ResultTable::open(comm, "rows.h5", ResultTable::Access::read);
  EXPECT_EQ(table.size(), 40);
  EXPECT_EQ(table.modes(), modes);
  const auto rows = table.read(0, 40);
  for (std::int64_t i = 0; i < 40; ++i) expect_row(rows[static_cast<std::size_t>(i)], i);
  expect_row(table.read(17, 1).at(0), 17);
  EXPECT_TRUE(table.read(40, 0).empty());
  EXPECT_THROW(table.read(39, 2), Bug);
  EXPECT_THROW(table.write(0, {}), Bug);  // opened for reading
}

TEST(ResultTable, ProvenanceComesBack) {
  const auto comm = Communicator::world();
  ResultTable::create(comm, "origin.h5", 1, modes, origin(), with_keys).close();
  const auto table = ResultTable::open(comm, "origin.h5", ResultTable::Access::read);
  const Provenance p = table.provenance(), expected = origin();
  EXPECT_EQ(p.command_line, expected.command_line);
  EXPECT_EQ(p.options, expected.options);
  EXPECT_EQ(p.inputs, expected.inputs);
  EXPECT_EQ(p.version, expected.version);
  EXPECT_EQ(p.git_commit, expected.git_commit);
  EXPECT_EQ(p.host, expected.host);
  EXPECT_EQ(p.start, expected.start);
  EXPECT_EQ(p.seed, expected.seed);
  EXPECT_EQ(p.ranks, expected.ranks);
  EXPECT_EQ(p.libraries, expected.libraries);
  EXPECT_EQ(p.end.size(), std::string("2026-01-01T00:00:00Z").size());  // set by close
}

TEST(ResultTable, UnwrittenRowsArePending) {
  const auto comm = Communicator::world();
  auto table = ResultTable::create(comm, "pending.h5", 10, modes, origin(), with_keys);
  if (comm.root()) table.write(2, std::vector<ParticleResult>{row(2), row(3), row(4)});
  comm.barrier();
  const auto states = states_of(table);
  ASSERT_EQ(states.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    const auto expected = i < 2 || i > 4 ? ParticleState::pending : row(static_cast<std::int64_t>(i)).state;
    EXPECT_EQ(states[i], expected) << i;
  }
  EXPECT_EQ(table.read(0, 1).at(0).state, ParticleState::pending);
}

TEST(ResultTable, AnEmptyTableAndATableWithoutModes) {
  const auto comm = Communicator::world();
  auto empty = ResultTable::create(comm, "empty.h5", 0, modes, origin(), with_keys);
  EXPECT_EQ(empty.size(), 0);
  EXPECT_TRUE(states_of(empty).empty());
  auto rigid = ResultTable::create(comm, "rigid.h5", 2, {}, origin(), with_keys);
  ParticleResult r;
  r.amplitudes.resize(0);
  r.standard_errors = Eigen::VectorXd::Ones(5);
  r.state = ParticleState::done;
  if (comm.root()) rigid.write(1, std::vector<ParticleResult>{r});
  comm.barrier();
  EXPECT_EQ(states_of(rigid), (std::vector<ParticleState>{ParticleState::pending, ParticleState::done}));
}

TEST(ResultTable, DamagedRowsArePending) {
  const auto comm = Communicator::world();
  {
    auto table = ResultTable::create(comm, "damaged.h5", 30, modes, origin(), with_keys);
    write_all(comm, table);
    table.close();
  }
  damage(comm, "damaged.h5", "particles/amplitudes", 8 * 3 * 5 + 3);        // row 5
  damage(comm, "damaged.h5", "particles/standard_errors", 8 * 8 * 6 + 63);  // row 6
  damage(comm, "damaged.h5", "particles/score", 8 * 7);                     // row 7
  damage(comm, "damaged.h5", "particles/reason", 8);                        // row 8
  damage(comm, "damaged.h5", "particles/checksum", 4 * 10);                 // row 10
  damage(comm, "damaged.h5", "particles/state", 11);                        // row 11
  damage(comm, "damaged.h5", "particles/shifts", 16 * 12 + 15);             // row 12
  damage(comm, "damaged.h5", "particles/euler_angles", 24 * 13);            // row 13
  damage(comm, "damaged.h5", "particles/image", 13 * 15 + 1);               // row 15
  const auto table = ResultTable::open(comm, "damaged.h5", ResultTable::Access::read);
  const auto states = states_of(table);
  const auto rows = table.read(0, 30);
  const std::vector<std::int64_t> damaged = {5, 6, 7, 8, 10, 11, 12, 13, 15};
  for (std::int64_t i = 0; i < 30; ++i) {
    const bool bad = std::find(damaged.begin(), damaged.end(), i) != damaged.end();
    const auto at = static_cast<std::size_t>(i);
    EXPECT_EQ(states[at] == ParticleState::pending, bad) << i;
    EXPECT_EQ(rows[at].state, states[at]) << i;
    if (!bad) expect_row(rows[at], i);
  }
}

TEST(ResultTable, ChecksumIsTheCrcOfTheFieldsInSchemaOrder) {
  const auto comm = Communicator::world();
  {
    auto table = ResultTable::create(comm, "crc.h5", 1, modes, origin(), with_keys);
    if (comm.root()) table.write(0, std::vector<ParticleResult>{row(4)});
    table.close();
  }
  const auto file = hdf5::open_file("crc.h5", hdf5::Access::read);
  const ParticleResult r = row(4);
  std::vector<double> numbers(r.amplitudes.begin(), r.amplitudes.end());
  numbers.insert(numbers.end(), r.euler_angles.begin(), r.euler_angles.end());
  numbers.insert(numbers.end(), r.shift.begin(), r.shift.end());
  numbers.insert(numbers.end(), r.standard_errors.begin(), r.standard_errors.end());
  numbers.push_back(r.score);
  std::string bytes = "5@stack.mrcs" + std::string(1, '\0');  // as long as the longest key
  bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
  bytes += {char{2}, char{4}};  // failed, constant
  EXPECT_EQ(hdf5::read_value<std::uint32_t>(file, "particles/checksum"),
            crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

TEST(ResultTable, AFailedParticleNeedsNoNumbers) {
  const auto comm = Communicator::world();
  auto table = ResultTable::create(comm, "failed.h5", 1, modes, origin(), with_keys);
  ParticleResult r;
  r.state = ParticleState::failed;
  r.reason = FailureReason::unreadable;
  if (comm.root()) table.write(0, std::vector<ParticleResult>{r});
  comm.barrier();
  const auto stored = table.read(0, 1).at(0);
  EXPECT_EQ(stored.state, ParticleState::failed);
  EXPECT_EQ(stored.reason, FailureReason::unreadable);
  EXPECT_TRUE(std::isnan(stored.amplitudes(0)));
  r.state = ParticleState::done;
  if (comm.root()) {
    EXPECT_THROW(table.write(0, std::vector<ParticleResult>{r}), Bug);
  }
  comm.barrier();
}

TEST(ResultTable, VectorsOfTheWholeSetComeBack) {
  const auto comm = Communicator::world();
  const std::vector<double> noise = {1, 2.5, 4}, other = {7};
  TableContents contents = with_keys;
  contents.vectors = {{"noise", noise, "1", "noise spectrum"}, {"other", other, "Å", "another"}};
  {
    auto table = ResultTable::create(comm, "fit.h5", 6, modes, origin(), contents);
    EXPECT_EQ(table.load_vector("noise"), noise);
    write_all(comm, table);
    table.close();
  }
  const auto table = ResultTable::open(comm, "fit.h5", ResultTable::Access::read);
  EXPECT_EQ(table.load_vector("noise"), noise);
  EXPECT_EQ(table.load_vector("other"), other);
  EXPECT_TRUE(table.load_vector("none of these").empty());
  expect_row(table.read(3, 1).at(0), 3);
}

TEST(ResultTable, AVectorIsPutInPlaceOfAnother) {
  const auto comm = Communicator::world();
  TableContents contents = with_keys;
  contents.vectors = {{"found", {NAN, NAN}, "Å", "known at the end"}, {"other", {7}, "Å", "another"}};
  const std::vector<double> found = {1, 2.5};
  {
    auto table = ResultTable::create(comm, "replaced.h5", 6, modes, origin(), contents);
    write_all(comm, table);
    collectively(comm, [&] {
      if (!comm.root()) return;
      EXPECT_TRUE(table.write_vector("found", found));
      EXPECT_FALSE(table.write_vector("none of these", found));
      EXPECT_THROW(table.write_vector("other", found), Bug);
    });
    EXPECT_EQ(table.load_vector("found"), found);
    table.close();
  }
  const auto table = ResultTable::open(comm, "replaced.h5", ResultTable::Access::read);
  EXPECT_EQ(table.load_vector("found"), found);
  EXPECT_EQ(table.load_vector("other"), std::vector<double>{7});
  expect_row(table.read(3, 1).at(0), 3);
}

TEST(ResultTable, KeysComeBackAlsoOfFailedRowsAndNotOfPendingOnes) {
  const auto comm = Communicator::world();
  auto table = ResultTable::create(comm, "keys.h5", 10, modes, origin(), with_keys);
  EXPECT_TRUE(table.has_keys());
  if (comm.root()) table.write(3, std::vector<ParticleResult>{row(3), row(4)});
  comm.barrier();
  const std::vector<std::string> expected = {"", "4@stack.mrcs", "5@stack.mrcs", ""};
  EXPECT_EQ(table.keys(2, 4), expected);
  EXPECT_EQ(table.read(4, 1).at(0).state, ParticleState::failed);
  EXPECT_EQ(table.read(4, 1).at(0).image, "5@stack.mrcs");
  EXPECT_EQ(table.read(5, 1).at(0).image, "");
  ParticleResult too_long = row(5);
  too_long.image += " and more";
  if (comm.root()) {
    EXPECT_THROW(table.write(5, std::vector<ParticleResult>{too_long}), Bug);
  }
  comm.barrier();
}

TEST(ResultTable, GoesOnAfterReopening) {
  const auto comm = Communicator::world();
  {
    auto table = ResultTable::create(comm, "resumed.h5", 20, modes, origin(), with_keys);
    if (comm.root()) table.write(0, std::vector<ParticleResult>{row(0), row(1)});
    table.close();
  }
  auto table = ResultTable::open(comm, "resumed.h5", ResultTable::Access::write);
  EXPECT_EQ(states_of(table).at(1), ParticleState::done);
  comm.barrier();
  write_all(comm, table);
  comm.barrier();
  expect_row(table.read(19, 1).at(0), 19);
}

// Its file stays open, and MPI_Finalize at the end of this binary must not wait for anything because of that.
TEST(ResultTable, IsAbandonedWhenAnErrorUnwinds) {
  const auto comm = Communicator::world();
  bool caught = false;
  try {
    auto table = ResultTable::create(comm, "abandoned.h5", 20, modes, origin(), with_keys);
    write_all(comm, table);
    collectively(comm, [&] {
      if (comm.rank() == comm.size() - 1) throw Error("something else failed");
    });
  } catch (const Error&) {
    caught = true;
  }
  EXPECT_TRUE(caught);
  comm.barrier();
  const auto table = ResultTable::open(comm, "abandoned.h5", ResultTable::Access::read);
  expect_row(table.read(19, 1).at(0), 19);
  EXPECT_EQ(table.provenance().end, "");  // not completed
}

TEST(ResultTable, ErrorsNameTheFile) {
  const auto comm = Communicator::world();
  const auto open = [&](const std::string& path) {
    return error_of([&] { ResultTable::open(comm, path, ResultTable::Access::read); });
  };
  EXPECT_THAT(open("missing.h5"), HasSubstr("cannot open missing.h5: No such file"));
  if (comm.root()) std::ofstream("text.h5") << "this is a text, not an HDF5 file";
  comm.barrier();
  EXPECT_THAT(open("text.h5"), HasSubstr("text.h5 is not an HDF5 file"));
  EXPECT_THAT(
      error_of([&] { ResultTable::create(comm, "no/such/folder/a.h5", 1, modes, origin(), with_keys); }),
      HasSubstr("cannot write no/such/folder/a.h5: No such file"));
  if (comm.root()) hdf5::create_file("other.h5", 0);
  comm.barrier();
  EXPECT_THAT(open("other.h5"), HasSubstr("other.h5 is not a table of particle results"));
}

TEST(ResultTable, AFileCutShortIsAnError) {
  const auto comm = Communicator::world();
  {
    auto table = ResultTable::create(comm, "cut.h5", 1000, modes, origin(), with_keys);
    table.close();
  }
  if (comm.root()) std::filesystem::resize_file("cut.h5", std::filesystem::file_size("cut.h5") / 2);
  comm.barrier();
  EXPECT_THAT(error_of([&] { ResultTable::open(comm, "cut.h5", ResultTable::Access::read); }),
              HasSubstr("cut.h5 is damaged or cut short"));
}

}  // namespace
}  // namespace elastem
