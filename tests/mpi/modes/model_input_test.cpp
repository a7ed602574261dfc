#include "mpi/modes/model_input.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/modes_file_example.hpp"

namespace elastem {
namespace {

using test::atoms;
using test::example;
using testing::HasSubstr;

// The model of these modes of a file that was just written.
ElasticModel model_of(const Communicator& comm, const ModesFile& file, const std::string& selection,
                      const cli::AtomModelOption& option = {}) {
  test::write_spread(comm, "model.h5", file);
  return read_model(comm, "model.h5", selection, option);
}

TEST(ReadModel, TakesTheSelectedModes) {
  const auto comm = Communicator::world();
  const ModesFile file = example();
  const ElasticModel model = model_of(comm, file, "9,7");
  EXPECT_EQ(model.mode_numbers, (std::vector<int>{7, 9}));
  EXPECT_EQ(model.widest_sigma(), 2.5);
  EXPECT_EQ(model.weights, file.weights);
  EXPECT_EQ(model.positions, file.structure.positions);
  ASSERT_EQ(model.mode_count(), 2);
  for (int k = 0; k < 2; ++k)
    EXPECT_EQ(model.modes[static_cast<std::size_t>(k)].values().reshaped(), file.modes.vectors.col(2 * k))
        << k;
}

TEST(ReadModel, TakesTheirRotationsWhereMotionIsCurved) {
  const auto comm = Communicator::world();
  std::srand(1);
  ModesFile file = example();
  EXPECT_FALSE(model_of(comm, file, "7-9").curved());
  file.modes.rotations = Eigen::MatrixXd::Random(3 * atoms, 3);
  const ElasticModel model = model_of(comm, file, "9,7");
  ASSERT_EQ(model.rotations.size(), 2U);
  for (int k = 0; k < 2; ++k)
    EXPECT_EQ(model.rotations[static_cast<std::size_t>(k)].values().reshaped(),
              file.modes.rotations.col(2 * k))
        << k;
}

TEST(ReadModel, CopiesShareTheModes) {
  const auto comm = Communicator::world();
  auto model = std::make_unique<ElasticModel>(model_of(comm, example(), "7-9"));
  const ElasticModel copy = *model;
  EXPECT_EQ(copy.modes[1].values().data(), model->modes[1].values().data());
  const Eigen::Matrix3Xd before = model->modes[1].values();
  model.reset();  // the copy keeps them
  EXPECT_EQ(copy.modes[1].values(), before);
}

TEST(ReadModel, WithoutSelectionTakesTheEnabledModes) {
  const auto comm = Communicator::world();
  EXPECT_EQ(model_of(comm, example(), "").mode_numbers, (std::vector<int>{7, 9}));
  ModesFile none = example();
  none.modes.enabled = {0, 0, 0};
  EXPECT_THAT(error_of([&] { model_of(comm, none, ""); }), HasSubstr("model.h5 has no enabled mode"));
}

TEST(ReadModel, HasOneKindPerElementWithScatteringFactors) {
  const auto comm = Communicator::world();
  ModesFile file = example();
  file.atoms = "all";
  file.atom_model = {AtomDensity::scattering, 1.5, 100};
  for (std::size_t i = 0; i < atoms; ++i) file.structure.atoms[i].element = i % 2 == 0 ? "C" : "N";
  const ElasticModel model = model_of(comm, file, "7");
  ASSERT_EQ(model.kinds.size(), 2u);
  EXPECT_EQ(model.kind_of, (std::vector<int>{0, 1, 0, 1, 0}));
  EXPECT_EQ(model.weights, Eigen::VectorXd::Ones(atoms));
  for (int atom = 0; atom < atoms; ++atom) {
    const AtomKind wanted = scattering_kind(atom % 2 == 0 ? "C" : "N", 100);
    ASSERT_EQ(model.kind(atom).size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_EQ(model.kind(atom)[i].weight, wanted[i].weight);
      EXPECT_EQ(model.kind(atom)[i].sigma, wanted[i].sigma);
    }
  }
  for (const char* nodes : {"ca", "pseudoatoms"}) {
    file.atoms = nodes;
    EXPECT_THAT(error_of([&] { model_of(comm, file, "7"); }), HasSubstr("--atom-model gaussian"));
  }
}

TEST(ReadModel, TakesWhatTheUserSaysOfTheAtoms) {
  const auto comm = Communicator::world();
  cli::AtomModelOption option;
  option.sigma = 3.25;
  EXPECT_EQ(model_of(comm, example(), "7", option).widest_sigma(), 3.25);
}

TEST(ReadModel, NamesTheModesThatAreThere) {
  const auto comm = Communicator::world();
  EXPECT_THAT(error_of([&] { model_of(comm, example(), "7-12"); }),
              HasSubstr("mode 10 is not in model.h5, which has 7-9"));
  EXPECT_THAT(error_of([&] { model_of(comm, example(), "3"); }), HasSubstr("rigid-body"));
}

}  // namespace
}  // namespace elastem
