#include "mpi/particles/result_match.hpp"

#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/mrc_stack.hpp"

namespace elastem {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int images = 40;

void write_stack(const std::string& path, float value) {
  MrcHeader header;
  header.columns = header.rows = 4;
  header.sections = images;
  header.pixel_size = 2;
  std::vector<float> pixels(16 * images, value);
  write_mrc(path, header, pixels);
}

// Rows of a particle file: images of a stack, counted from 1.
void write_star(const std::string& path, const std::vector<int>& rows, double pixel_size = 2) {
  std::ofstream file(path);
  file << "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnVoltage #2\n_rlnSphericalAberration #3\n"
          "_rlnAmplitudeContrast #4\n_rlnImagePixelSize #5\n_rlnImageSize #6\n1 200 2 0.1 "
       << pixel_size << " 4\n\ndata_particles\n\nloop_\n_rlnImageName #1\n_rlnOpticsGroup #2\n";
  for (const int row : rows) file << row << "@match_stack.mrcs 1\n";
}

// Row i is image i + 1 and has amplitude i.
void write_table(const std::string& path, const std::string& stack) {
  const Communicator alone = Communicator::self();
  Provenance provenance = make_provenance(alone, "test", {}, 1);
  add_inputs(alone, {{"stack", stack}}, provenance);
  TableContents contents;
  contents.key_length = 32;
  contents.vectors = {{"pixel_size", {2}, "Å", "size of a pixel"}};
  ResultTable table = ResultTable::create(alone, path, images, {7}, provenance, contents);
  std::vector<ParticleResult> rows;
  for (int i = 0; i < images; ++i) {
    ParticleResult row;
    row.image = std::to_string(i + 1) + "@match_stack.mrcs";
    row.amplitudes = Eigen::VectorXd::Constant(1, i);
    row.standard_errors = Eigen::VectorXd::Ones(6);
    row.state = ParticleState::done;
    rows.push_back(row);
  }
  table.write(0, rows);
  table.close();
}

class ResultMatch : public testing::Test {
 protected:
  void SetUp() override {
    comm_.barrier();  // a rank may still read the files of the test before
    if (comm_.root()) {
      for (const char* path : {"match.h5", "match_other.h5"}) std::remove(path);
      write_stack("match_stack.mrcs", 1);
      write_stack("match_other.mrcs", 2);
      write_table("match.h5", "match_stack.mrcs");
      write_table("match_other.h5", "match_other.mrcs");
      write_star("match.star", {30, 2, 17, 2, 5});
      write_star("match_pixel.star", {1, 2, 3}, 2.5);
    }
    comm_.barrier();
  }
  // The amplitudes that the particles of a file get from a table.
  std::vector<double> amplitudes(const std::string& star, const std::string& path, bool accept = false) {
    const ParticleFile file(star, ParticleFile::scan(star));
    ResultTable table = ResultTable::open(comm_, path, ResultTable::Access::read);
    const RowMatch match =
        match_particles(comm_, file, equal_share(comm_, file.size()), {path, table}, accept);
    std::vector<double> own;
    for (const auto& row : matched_rows(table, match.others)) own.push_back(row.amplitudes[0]);
    table.close();
    return comm_.all_gathered(own);
  }
  Communicator comm_ = Communicator::world();
};

TEST_F(ResultMatch, EveryParticleGetsTheRowOfItsImage) {
  EXPECT_THAT(amplitudes("match.star", "match.h5"), ElementsAre(29, 1, 16, 1, 4));
}

TEST_F(ResultMatch, AResultOfOtherImagesOfTheSameNamesIsRefusedUnlessAccepted) {
  EXPECT_THAT(error_of([&] { amplitudes("match.star", "match_other.h5"); }),
              AllOf(HasSubstr("match_other.h5 is a result of other images than those of match.star"),
                    HasSubstr("--accept-mismatch")));
  EXPECT_THAT(amplitudes("match.star", "match_other.h5", true), ElementsAre(29, 1, 16, 1, 4));
}

TEST_F(ResultMatch, AnotherPixelSizeIsRefused) {
  EXPECT_THAT(error_of([&] { amplitudes("match_pixel.star", "match.h5"); }),
              AllOf(HasSubstr("match_pixel.star"), HasSubstr("2 Å"), HasSubstr("2.5 Å")));
}

TEST_F(ResultMatch, ResultsOfDifferentImagesAreNotCompared) {
  ResultTable one = ResultTable::open(comm_, "match.h5", ResultTable::Access::read);
  ResultTable other = ResultTable::open(comm_, "match_other.h5", ResultTable::Access::read);
  const std::string first = "match.h5", second = "match_other.h5";
  const Range part = equal_share(comm_, images);
  EXPECT_THAT(error_of([&] {
                match_results(comm_, {first, one}, part, {second, other}, false);
              }),
              AllOf(HasSubstr(first), HasSubstr(second), HasSubstr("different images")));
  EXPECT_EQ(match_results(comm_, {first, one}, part, {first, one}, false).matched, images);
  other.close();
  one.close();
}

TEST_F(ResultMatch, AResultFindsItsImagesInAParticleFile) {
  const std::string path = "match.h5", other = "match_other.h5";
  const ParticleFile truth("match.star", ParticleFile::scan("match.star"));
  ResultTable table = ResultTable::open(comm_, path, ResultTable::Access::read);
  const RowMatch match = match_truth(comm_, {path, table}, equal_share(comm_, images), truth, false);
  EXPECT_EQ(match.matched, 4);  // images 2, 5, 17 and 30
  std::vector<std::int64_t> found;
  for (const std::int64_t row : match.others)
    if (row != RowMatch::none) found.push_back(row);
  EXPECT_THAT(comm_.all_gathered(found), ElementsAre(1, 4, 2, 0));
  table.close();

  // The images are compared by the stack of the result's first row, which this truth must have.
  if (comm_.root()) write_star("match_all.star", {3, 2, 1});
  comm_.barrier();
  const ParticleFile all("match_all.star", ParticleFile::scan("match_all.star"));
  ResultTable changed = ResultTable::open(comm_, other, ResultTable::Access::read);
  const auto match_changed = [&](bool accept) {
    return match_truth(comm_, {other, changed}, equal_share(comm_, images), all, accept);
  };
  EXPECT_THAT(error_of([&] { match_changed(false); }),
              AllOf(HasSubstr(other), HasSubstr("match_all.star"), HasSubstr("different images")));
  EXPECT_EQ(match_changed(true).matched, 3);
  changed.close();
}

TEST_F(ResultMatch, RunsHoldTheRowsThatLieCloseTogether) {
  const std::vector<std::int64_t> wanted = {39, 0, RowMatch::none, 1, 0};
  std::vector<Range> runs;
  std::vector<std::int64_t> rows;
  for_each_run(wanted, [&](Range run, std::span<const std::size_t> places) {
    runs.push_back(run);
    for (const std::size_t place : places) rows.push_back(wanted[place]);
  });
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].first, 0);
  EXPECT_EQ(runs[0].count, 2);
  EXPECT_EQ(runs[1].first, 39);
  EXPECT_EQ(runs[1].count, 1);
  EXPECT_THAT(rows, ElementsAre(0, 0, 1, 39));
}

TEST_F(ResultMatch, RowsAreReadInTheOrderAsked) {
  ResultTable table = ResultTable::open(comm_, "match.h5", ResultTable::Access::read);
  const std::vector<std::int64_t> wanted = {39, 0, RowMatch::none, 1, 0};
  const auto rows = matched_rows(table, wanted);
  ASSERT_EQ(rows.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(rows[i].state, wanted[i] == RowMatch::none ? ParticleState::pending : ParticleState::done);
    EXPECT_EQ(rows[i].amplitudes[0], wanted[i] == RowMatch::none ? 0 : static_cast<double>(wanted[i]));
  }
  table.close();
}

}  // namespace
}  // namespace elastem
