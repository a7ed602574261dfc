#include "mpi/selection/row_selection.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mpi/selection/landscape_record.hpp"
#include "mpi/selection/particle_sets.hpp"
#include "mpi/storage/row_pass.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using Rows = std::vector<std::int64_t>;

constexpr int images = 40;

// Row i (from 0) is image i + 1, of amplitude and score i; row 4 failed.
void write_table(const std::string& path) {
  const Communicator alone = Communicator::self();
  TableContents contents;
  contents.key_length = 32;
  Provenance provenance = make_provenance(alone, "test", {}, 1);
  provenance.inputs = {"stack s.mrcs 0a0b0c0d 100"};
  ResultTable table = ResultTable::create(alone, path, images, {7}, provenance, contents);
  std::vector<ParticleResult> rows;
  for (int i = 0; i < images; ++i) {
    ParticleResult row;
    row.image = std::to_string(i + 1) + "@s.mrcs";
    row.amplitudes = Eigen::VectorXd::Constant(1, i);
    row.standard_errors = Eigen::VectorXd::Ones(6);
    row.score = i;
    row.state = i == 4 ? ParticleState::failed : ParticleState::done;
    rows.push_back(row);
  }
  table.write(0, rows);
  table.close();
}

// Of every second image, in the other order: state 1 below image 20, 2 above.
void write_landscape(const std::string& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream file(folder + "/particles.csv");
  file << "image,state,probability_1,probability_2,component_1\n";
  for (int i = images; i > 0; i -= 2)
    file << i << "@s.mrcs," << (i < 20 ? "1,0.9,0.1," : "2,0.2,0.8,") << -i << "\n";
}

// The record of such a landscape, of images of the checksum `crc`.
void write_record(const std::string& folder, std::int64_t rows, const std::string& crc) {
  write_landscape_record(folder, {"a.h5", rows, {"stack s.mrcs " + crc + " 100"}, "", {"particles.csv"}});
}

// Where the folder of a landscape holds files of its own, of an earlier run, and of others.
TEST(LandscapeFiles, AreThoseThatTheProgramMade) {
  const Communicator comm = Communicator::world();
  comm.barrier();
  if (comm.root()) {
    std::filesystem::remove_all("mixed");
    std::filesystem::create_directory("mixed");
    for (const char* name : {"particles.csv", "path_1_2.pdb", "path_1_3.pdb", "path_mine.pdb", "notes.txt"})
      std::ofstream("mixed/" + std::string(name)) << name;
    EXPECT_THAT(files_of_landscape("mixed"), ElementsAre());  // no landscape's folder
    std::ofstream("mixed/index.html") << "<html><h1>Conformational landscape</h1>";
    EXPECT_THAT(files_of_landscape("mixed"),
                ElementsAre("index.html", "particles.csv", "path_1_2.pdb", "path_1_3.pdb"));
    write_landscape_record("mixed",
                           {"a.h5", 1, {}, "", {"path_1_2.pdb", "path_4_5.pdb", "../a.h5", "notes.txt"}});
    EXPECT_THAT(files_of_landscape("mixed"), ElementsAre("path_1_2.pdb"));
    std::ofstream("mixed/landscape.json") << "{\"format\": 1, \"rows\": \"many\"}";
    EXPECT_THAT(error_of([] { files_of_landscape("mixed"); }), HasSubstr("landscape.json is damaged"));
  }
  comm.barrier();
}

class Selecting : public testing::Test {
 protected:
  void SetUp() override {
    comm_.barrier();  // a rank may still read the files of the test before
    if (comm_.root()) {
      std::remove("a.h5");
      write_table("a.h5");
      write_landscape("land");
      write_record("land", images / 2, "0a0b0c0d");
      std::filesystem::remove_all("other");
      std::filesystem::copy("land", "other");
      write_record("other", images / 2, "ffffffff");
      std::ofstream("saved.txt") << "3@s.mrcs\n1@s.mrcs\n77@s.mrcs\n";
      std::ofstream("other.txt") << "3@elsewhere.mrcs\n";
    }
    comm_.barrier();
  }
  std::optional<RowSelection> select(const std::string& text, const std::string& landscape = "",
                                     bool accept = false) const {
    ResultTable table = ResultTable::open(comm_, "a.h5", ResultTable::Access::read);
    return selected_rows(comm_, {path_, table}, {text, landscape}, accept);
  }
  // The rows that are selected, of all ranks.
  Rows rows(const std::string& text, const std::string& landscape = "") const {
    const auto selection = select(text, landscape);
    Rows own;
    for (std::int64_t row = selection->rows().first; row < selection->rows().first + selection->rows().count;
         ++row)
      if (selection->holds(row)) own.push_back(row);
    const Rows all = comm_.all_gathered(own);
    EXPECT_EQ(selection->selected(), std::ssize(all));
    EXPECT_EQ(selection->all(), images);
    return all;
  }
  Communicator comm_ = Communicator::world();
  std::string path_ = "a.h5";
};

TEST_F(Selecting, NothingIsAskedForNothing) {
  EXPECT_FALSE(select("").has_value());
}

TEST_F(Selecting, AnExpressionIsAskedOfEachRow) {
  EXPECT_EQ(rows("2 <= q7 < 6"), (Rows{2, 3, 5}));  // 4 failed
  EXPECT_EQ(rows("row in {1, 39-40} or failed"), (Rows{0, 4, 38, 39}));
}

TEST_F(Selecting, AggregatesAreOfAllDoneParticles) {
  // 0 … 39 without 4: place 0.9·38 = 34.2 lies between 35 and 36.
  EXPECT_EQ(rows("score > q(0.9)"), (Rows{36, 37, 38, 39}));
  EXPECT_EQ(rows("abs(q7 - mean(q7)) < 1"), (Rows{19, 20}));  // (780 − 4)/39 = 19.9
  EXPECT_EQ(rows("q7 - mean(q7) > 1.6*sd(q7)"), (Rows{39}));  // sd 11.47
}

TEST_F(Selecting, ALandscapeTellsOfParticlesByTheirKeys) {
  EXPECT_EQ(rows("state == 1 and p > 0.85 and pc1 < -14", "land"), (Rows{15, 17}));
  EXPECT_EQ(rows("p2 > 0.5 and q7 < 22", "land"), (Rows{19, 21}));
  EXPECT_EQ(rows("not (state in {1}) and q7 < 22", "land"), (Rows{19, 21}));  // others have no state
}

TEST_F(Selecting, ALandscapeOfOtherImagesOfTheSameNamesIsRefused) {
  EXPECT_THAT(error_of([&] { select("state == 1", "other"); }),
              AllOf(HasSubstr("other is of other particles than a.h5"), HasSubstr("--accept-mismatch")));
  EXPECT_EQ(select("state == 1", "other", true)->selected(), select("state == 1", "land")->selected());
  EXPECT_EQ(select("q7 < 3", "other")->selected(), 3);  // nothing of the landscape is meant
}

TEST_F(Selecting, ALandscapeThatIsCutOffIsRefused) {
  if (comm_.root()) {
    std::filesystem::remove_all("cut");
    std::filesystem::copy("land", "cut");
    std::ifstream whole("land/particles.csv");
    std::ofstream cut("cut/particles.csv");
    std::string line;
    for (int i = 0; i < 8; ++i) std::getline(whole, line) && cut << line << "\n";
  }
  comm_.barrier();
  EXPECT_THAT(error_of([&] { select("state == 2", "cut"); }),
              AllOf(HasSubstr("has 7 rows, but the landscape is of 20"), HasSubstr("--accept-mismatch")));
  EXPECT_LT(select("state == 2", "cut", true)->selected(), select("state == 2", "land")->selected());
  comm_.barrier();
  if (comm_.root()) {  // within a line, of as many rows
    std::filesystem::copy("land/particles.csv", "cut/particles.csv",
                          std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file("cut/particles.csv", std::filesystem::file_size("cut/particles.csv") - 2);
  }
  comm_.barrier();
  EXPECT_THAT(error_of([&] { select("state == 2", "cut"); }),
              HasSubstr("is not as elastem landscape wrote it"));
  comm_.barrier();
  if (comm_.root()) std::filesystem::remove("cut/landscape.json");
  comm_.barrier();
  EXPECT_THAT(error_of([&] { select("state == 2", "cut"); }), HasSubstr("has no landscape.json"));
}

TEST_F(Selecting, AFileNamesImages) {
  EXPECT_EQ(rows("saved.txt"), (Rows{0, 2}));
}

TEST_F(Selecting, PlacesCountTheSelectedRows) {
  const auto selection = select("q7 >= 10");
  for (std::int64_t row = selection->rows().first; row < selection->rows().first + selection->rows().count;
       ++row)
    EXPECT_EQ(selection->place(row), row < 10 ? -1 : row - 10);
}

TEST_F(Selecting, AMatchKeepsTheSelectedRows) {
  RowMatch match;
  match.rows = equal_share(comm_, 50);
  for (std::int64_t i = 0; i < match.rows.count; ++i) {
    const std::int64_t row =
        match.rows.first + i;  // of a file in the other order, of which ten are not there
    match.others.push_back(row < 10 ? RowMatch::none : 49 - row);
  }
  match.matched = images;
  keep_selected(comm_, select("q7 in {3, 30}"), match);
  EXPECT_EQ(match.matched, 2);
  EXPECT_EQ(match.unselected, 38);
  Rows left;
  for (const std::int64_t other : match.others)
    if (other != RowMatch::none) left.push_back(other);
  EXPECT_THAT(comm_.all_gathered(left), ElementsAre(30, 3));
}

TEST_F(Selecting, SetsAreStatesFramesOfAnExpressionOrOfAPath) {
  RowMatch match;  // of a file whose first two rows the table does not have
  match.rows = equal_share(comm_, images + 2);
  for (std::int64_t row = match.rows.first; row < match.rows.first + match.rows.count; ++row)
    match.others.push_back(row < 2 ? RowMatch::none : row - 2);
  if (comm_.root())
    std::ofstream("land/paths.csv") << "path,frame,free_energy,component_1\n1-2,1,0,-10\n1-2,2,0,-30\n";
  comm_.barrier();
  ResultTable table = ResultTable::open(comm_, path_, ResultTable::Access::read);
  const auto sets = [&](const ParticleSetsWanted& wanted) {
    return particle_sets(comm_, {path_, table}, match, wanted);
  };
  // Of all ranks: the shares that image i has.
  const auto shares_of = [&](const ParticleSets& found, std::int64_t image) {
    std::vector<float> own;
    const std::int64_t row = image + 1;
    if (row >= match.rows.first && row < match.rows.first + match.rows.count)
      own.assign(found.shares.of(row).begin(), found.shares.of(row).end());
    return comm_.all_gathered(own);
  };
  const ParticleSets all = sets({});
  EXPECT_THAT(all.names, ElementsAre(""));
  EXPECT_THAT(shares_of(all, 3), ElementsAre(1));

  const ParticleSets states = sets({.states = true, .along = "", .frames = 0, .landscape = "land"});
  EXPECT_THAT(states.names, ElementsAre("", "_state1", "_state2"));
  EXPECT_THAT(shares_of(states, 18), ElementsAre(1, 0.9F, 0.1F));
  EXPECT_THAT(shares_of(states, 17), ElementsAre(1, 0, 0));  // the landscape does not know it
  EXPECT_THAT(shares_of(states, -1), ElementsAre(0, 0, 0));  // nor the table

  // Amplitude i − 1 of image i, without image 5: quantiles 1.9 and 37.1, a frame between them.
  const ParticleSets frames = sets({.states = false, .along = "q7", .frames = 3, .landscape = ""});
  EXPECT_THAT(frames.names, ElementsAre("", "_1", "_2", "_3"));
  EXPECT_THAT(shares_of(frames, 16),
              ElementsAre(1, FloatNear(4.5F / 17.6F, 1e-6F), FloatNear(13.1F / 17.6F, 1e-6F), 0));
  EXPECT_THAT(shares_of(frames, 5), ElementsAre(0, 0, 0, 0));  // failed

  const ParticleSets path = sets({.states = false, .along = "path_1_2", .frames = 2, .landscape = "land"});
  EXPECT_THAT(shares_of(path, 16), ElementsAre(1, FloatNear(0.7F, 1e-6F), FloatNear(0.3F, 1e-6F)));
  const auto refusal = [&](const ParticleSetsWanted& wanted) { return error_of([&] { sets(wanted); }); };
  EXPECT_THAT(refusal({.states = false, .along = "path_2_3", .frames = 2, .landscape = "land"}),
              AllOf(HasSubstr("option --along"), HasSubstr("it has path_1_2")));
  EXPECT_THAT(refusal({.states = false, .along = "q7 > 3", .frames = 2, .landscape = ""}),
              HasSubstr("option --along: this is a condition"));
  EXPECT_THAT(refusal({.states = false, .along = "0 * q7", .frames = 2, .landscape = ""}),
              HasSubstr("nothing to go along"));
}

TEST_F(Selecting, SetsOfHardlyAParticleAreLeftOut) {
  RowMatch match;
  match.rows = equal_share(comm_, images);
  for (std::int64_t row = match.rows.first; row < match.rows.first + match.rows.count; ++row)
    match.others.push_back(row);
  ResultTable table = ResultTable::open(comm_, path_, ResultTable::Access::read);
  // Amplitudes are 0 … 39; the expression is 0 of those below 20, and 100 to 119 of the others.
  const ParticleSetsWanted wanted{
      .states = false,
      .along = "max(0, q7 - 19.5) * 1e9 / max(1, abs(q7 - 19.5) * 1e7) + q7 / 100",
      .frames = 5,
      .landscape = ""};
  const auto sets = [&] { return particle_sets(comm_, {path_, table}, match, wanted); };
  const ParticleSets some = without_empty(comm_, sets(), {});
  EXPECT_THAT(some.names, ElementsAre("", "_1", "_5"));
  EXPECT_EQ(some.shares.sets(), 3);
  std::vector<float> sums(3, 0);
  for (std::int64_t row = match.rows.first; row < match.rows.first + match.rows.count; ++row)
    for (std::size_t set = 0; set < 3; ++set) sums[set] += some.shares.of(row)[set];
  for (float& value : sums) value = comm_.sum(value);
  EXPECT_THAT(sums, ElementsAre(39, FloatNear(19, 0.3F), FloatNear(20, 0.3F)));
  // Nobody above is in the second half.
  std::vector<std::uint8_t> halves;
  for (std::int64_t row = match.rows.first; row < match.rows.first + match.rows.count; ++row)
    halves.push_back(row < 20 && row % 2 == 0 ? 2 : 1);
  EXPECT_THAT(without_empty(comm_, sets(), halves).names, ElementsAre("", "_1"));
  EXPECT_THAT(error_of([&] { without_empty(comm_, sets(), std::vector<std::uint8_t>(halves.size(), 1)); }),
              HasSubstr("in one of the halves"));
}

TEST_F(Selecting, ErrorsNameTheOption) {
  const auto refusal = [&](const std::string& text, const std::string& folder = "") {
    return error_of([&] { select(text, folder); });
  };
  EXPECT_THAT(refusal("q8 > 1"),
              AllOf(HasSubstr("option --selection: a.h5 has no mode 8"), HasSubstr("\n  q8 > 1\n  ^")));
  EXPECT_THAT(refusal("q7 > 99"), HasSubstr("none of the 40 particles of a.h5 is selected by: q7 > 99"));
  EXPECT_THAT(refusal("state == 1", "absent"), HasSubstr("option --landscape: absent is not there"));
  EXPECT_THAT(refusal("absent.txt"), HasSubstr("option --selection: absent.txt: is not there"));
  EXPECT_THAT(refusal("saved.txt", "land"), HasSubstr("option --landscape: is for an expression"));
  EXPECT_THAT(refusal("other.txt"), HasSubstr("no image in common"));
}

}  // namespace
}  // namespace elastem
