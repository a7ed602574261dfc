#include "particles/particle_survey.hpp"

#include <gtest/gtest.h>

#include "maps/mrc.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

using Faults = ParticleSurvey::Faults;

const std::string head =
    "data_optics\nloop_\n_rlnOpticsGroupName\n_rlnOpticsGroup\n_rlnVoltage\n_rlnSphericalAberration\n"
    "_rlnAmplitudeContrast\n_rlnImagePixelSize\n_rlnImageSize\none 1 200 2 0.1 2.2 16\ntwo 2 300 2.7 0.1 1.1 "
    "32\nthree 3 300 2.7 0.1 2.2 16\n\ndata_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n_rlnDefocusU\n"
    "_rlnDefocusV\n_rlnPhaseShift\n";
constexpr std::uint64_t first_line = 21;

class ParticleSurveys : public ::testing::Test {
 protected:
  ParticleSurveys() {
    stack("a.mrcs", 3, 16);
    stack("data/b.mrcs", 2, 32);
  }

  void stack(const std::string& name, std::int64_t sections, int size) const {
    MrcHeader header;
    header.columns = header.rows = size;
    header.sections = sections;
    std::filesystem::create_directories(std::filesystem::path(scratch.path(name)).parent_path());
    create_mrc(scratch.path(name), header);
  }

  ParticleFile file(const std::string& rows) const {
    const std::string path = scratch.write("p.star", head + rows);
    return ParticleFile(path, ParticleFile::scan(path));
  }

  void refused(const std::string& rows, std::initializer_list<std::string> parts) const {
    const ParticleFile particles = file(rows);
    expect_error([&] { ParticleSurvey(particles, Faults::refuse).add(0, particles.size()); }, parts);
  }

  Scratch scratch;
};

TEST_F(ParticleSurveys, SaysWhatTheParticlesAreTogether) {
  const ParticleFile particles =
      file("1@a.mrcs 1 5000 4800 0\n3@./a.mrcs 3 12000 12100 90\n2@data/../a.mrcs 1 7000 7000 0\n");
  ParticleSurvey survey(particles, Faults::refuse);
  survey.add(0, 3);
  EXPECT_EQ(survey.grid().size, 16);
  EXPECT_EQ(survey.grid().pixel_size, 2.2);
  ASSERT_EQ(survey.stacks().size(), 1U);  // three names of one file
  EXPECT_EQ(survey.stacks()[0].name, "a.mrcs");
  EXPECT_EQ(survey.stacks()[0].path, std::filesystem::canonical(scratch.path("a.mrcs")).string());
  EXPECT_EQ(survey.stacks()[0].images, 3);
  EXPECT_EQ(survey.stacks()[0].taken, std::vector<std::uint64_t>{7});
  EXPECT_EQ(survey.ranges.defocus.low, 4800);
  EXPECT_EQ(survey.ranges.defocus.high, 12100);
  EXPECT_EQ(survey.astigmatism.high, 200);
  EXPECT_EQ(survey.ranges.phase_shift.high, 90);
  EXPECT_EQ(survey.corrections[0], 3);
}

TEST_F(ParticleSurveys, FaultsAreRefusedWithTheirLine) {
  refused("2@a.mrcs 1 1 1 0\na.mrcs 1 1 1 0\n",
          {"p.star:22", "a.mrcs holds 3 sections", "volume", "000001@a.mrcs"});
  refused("4@a.mrcs 1 1 1 0\n", {"p.star:21", "image 4 of a.mrcs", "which has 3", "shorter"});
  refused("1@a.mrcs 1 1 1 0\n1@none.mrcs 1 1 1 0\n", {"none.mrcs", "--datadir"});
  refused("1@a.mrcs 1 1 1 0\n1@data/b.mrcs 2 1 1 0\n",
          {"p.star:22", "optics group 2 (two) has 32² pixels of 1.1 Å", "optics group 1 (one) of line 21",
           "16² pixels of 2.2 Å"});
}

TEST_F(ParticleSurveys, FaultsAreCounted) {
  const ParticleFile particles = file(
      "1@a.mrcs 1 1 1 0\n1@a.mrcs 1 1 1 0\n1@data/b.mrcs 2 1 1 0\n2@data/b.mrcs 1 1 1 0\n4@a.mrcs 1 1 1 0\n"
      "1@none.mrcs 1 1 1 0\n");
  ParticleSurvey survey(particles, Faults::count);
  survey.add(0, particles.size());
  const auto is = [](const Occurrence& found, std::int64_t count, std::uint64_t line) {
    EXPECT_EQ(found.count, count);
    EXPECT_EQ(found.line, line);
  };
  is(survey.repeated, 1, first_line + 1);
  is(survey.other_box, 1, first_line + 2);
  is(survey.other_image, 1, first_line + 3);
  is(survey.short_stack, 1, first_line + 4);
  is(survey.missing, 1, first_line + 5);
}

// An odd particle is no reason to refuse the others: it fails by itself.
TEST_F(ParticleSurveys, AParticleWithAnotherBoxIsCountedWhereNoGroupHasIt) {
  const std::string old =
      "data_\nloop_\n_rlnImageName\n_rlnPixelSize\n1@a.mrcs 2\n1@data/b.mrcs 2\n2@a.mrcs 3\n";
  const std::string path = scratch.write("old.star", old);
  const ParticleFile particles(path, ParticleFile::scan(path));
  ParticleSurvey survey(particles, Faults::refuse);
  survey.add(0, 3);
  EXPECT_EQ(survey.other_box.count, 2);
  EXPECT_EQ(survey.other_box.line, 6U);
  EXPECT_EQ(survey.other_image.count, 0);
}

TEST_F(ParticleSurveys, GroupsMayDifferWhereSeveralBoxesAreAllowed) {
  const ParticleFile particles = file(
      "1@a.mrcs 1 1 1 0\n1@data/b.mrcs 2 1 1 0\n2@data/b.mrcs 2 1 1 0\n2@a.mrcs 3 1 1 0\n3@a.mrcs 2 1 1 0\n");
  ParticleSurvey survey(particles, Faults::refuse, {.several_boxes = true});
  survey.add(0, particles.size());
  EXPECT_EQ(survey.other_box.count, 0);
  EXPECT_EQ(survey.other_image.count, 1);  // the image of 16 pixels in a group of 32
  ASSERT_EQ(survey.groups().size(), 3U);
  EXPECT_EQ(survey.groups()[1].optics_row, 1U);
  EXPECT_EQ(survey.groups()[1].grid.size, 32);
  EXPECT_EQ(survey.groups()[1].grid.pixel_size, 1.1);
  EXPECT_EQ(survey.groups()[1].particles, 3);
  EXPECT_TRUE(same_grid(survey.groups()[0].grid, survey.groups()[2].grid));
}

TEST_F(ParticleSurveys, RepeatedImagesAreCounted) {
  const ParticleFile particles = file("1@a.mrcs 1 1 1 0\n2@a.mrcs 1 1 1 0\n1@./a.mrcs 1 1 1 0\n");
  ParticleSurvey survey(particles, Faults::refuse);
  survey.add(0, particles.size());
  EXPECT_EQ(survey.repeated.count, 1);
  EXPECT_EQ(survey.repeated.line, first_line + 2);
}

TEST(SameGrid, ForgivesRounding) {
  EXPECT_TRUE(same_grid({64, 1.06}, {64, 1.0601}));
  EXPECT_FALSE(same_grid({64, 1.06}, {64, 1.0602}));
  EXPECT_FALSE(same_grid({64, 1.06}, {66, 1.06}));
}

TEST_F(ParticleSurveys, StacksOfVolumesAreRefused) {
  std::fstream map(scratch.path("a.mrcs"), std::ios::in | std::ios::out | std::ios::binary);
  const std::int32_t group = 401, thickness = 1;
  map.seekp(88).write(reinterpret_cast<const char*>(&group), 4);
  map.seekp(36).write(reinterpret_cast<const char*>(&thickness), 4);
  map.close();
  refused("2@a.mrcs 1 1 1 0\n", {"p.star:21", "a.mrcs is a stack of 3 volumes"});
  const ParticleFile particles = file("1@a.mrcs 1 1 1 0\n");
  ParticleSurvey survey(particles, Faults::count);
  survey.add(0, 1);
  EXPECT_EQ(survey.volumes.count, 1);
}

}  // namespace
}  // namespace elastem
