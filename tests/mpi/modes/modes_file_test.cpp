#include "mpi/modes/modes_file.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "mpi/modes/stored_model.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

constexpr int atoms = 5;

Eigen::VectorXd three(double a, double b, double c) {
  return (Eigen::VectorXd(3) << a, b, c).finished();
}

ModesFile example() {
  ModesFile file;
  for (int i = 0; i < atoms; ++i) {
    Atom atom;
    atom.name = i == 2 ? "O5'" : "CA";
    atom.element = "C";
    atom.residue_name = "ALA";
    atom.chain = i < 3 ? "A" : "long chain name";
    atom.residue_number = i - 2;
    atom.insertion_code = i == 1 ? "B" : "";
    atom.b_factor = 10.5 * i;
    atom.mass = 12.011;
    atom.charge_sum = 6 + i;
    file.structure.atoms.push_back(atom);
  }
  file.structure.positions = Eigen::Matrix3Xd::Random(3, atoms);
  file.centre = Eigen::Vector3d(1, 2, 3);
  file.modes.numbers = {7, 8, 9};
  file.modes.eigenvalues = three(0.1, 0.2, 0.3);
  file.modes.vectors = Eigen::MatrixXd::Random(3 * atoms, 3);
  file.modes.collectivity = three(0.5, 0.1, 0.4);
  file.modes.score = three(0.3, 0.9, 0.5);
  file.modes.enabled = {1, 0, 1};
  file.weights = Eigen::VectorXd::LinSpaced(atoms, 6, 10);
  file.atom_model = {AtomDensity::gaussian, 2.5, 90};
  file.atoms = "ca";
  file.cutoff = 15;
  return file;
}

// What a rank holds of it: everything but the vectors of other ranks' nodes, of which the last ranks have
// none where there are more than four.
ModesFile part_of(const Communicator& comm, const ModesFile& whole, std::int64_t& first_node) {
  ModesFile part = whole;
  const int ranks = std::min(comm.size(), 4);
  const auto first = [&](int rank) { return atoms * std::min(rank, ranks) / ranks; };
  first_node = first(comm.rank());
  part.modes.vectors =
      whole.modes.vectors.middleRows(3 * first_node, 3 * (first(comm.rank() + 1) - first_node));
  return part;
}

void write_spread(const Communicator& comm, const std::string& path, const ModesFile& whole,
                  const std::vector<std::string>& options = {}) {
  std::int64_t first_node = 0;
  const ModesFile part = part_of(comm, whole, first_node);
  write_modes(comm, path, part, first_node, make_provenance(comm, "elastem modes", options, 1));
}

TEST(ModesFile, ComesBackOnEveryRank) {
  const auto comm = Communicator::world();
  std::srand(1);  // Eigen's Random
  const ModesFile written = example();
  write_spread(comm, "modes.h5", written, {"cutoff=15"});
  const ModesFile read = read_modes(comm, "modes.h5");
  ASSERT_EQ(read.structure.atoms.size(), written.structure.atoms.size());
  for (std::size_t i = 0; i < atoms; ++i) {
    const Atom &a = read.structure.atoms[i], &b = written.structure.atoms[i];
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.element, b.element);
    EXPECT_EQ(a.residue_name, b.residue_name);
    EXPECT_EQ(a.chain, b.chain);
    EXPECT_EQ(a.residue_number, b.residue_number);
    EXPECT_EQ(a.insertion_code, b.insertion_code);
    EXPECT_EQ(a.b_factor, b.b_factor);
    EXPECT_EQ(a.mass, b.mass);
    EXPECT_EQ(a.charge_sum, b.charge_sum);
  }
  EXPECT_EQ(read.structure.positions, written.structure.positions);
  EXPECT_EQ(read.centre, written.centre);
  EXPECT_EQ(read.modes.numbers, written.modes.numbers);
  EXPECT_EQ(read.modes.eigenvalues, written.modes.eigenvalues);
  EXPECT_EQ(read.modes.vectors, written.modes.vectors);
  EXPECT_EQ(read.modes.collectivity, written.modes.collectivity);
  EXPECT_EQ(read.modes.score, written.modes.score);
  EXPECT_EQ(read.modes.enabled, written.modes.enabled);
  EXPECT_EQ(read.weights, written.weights);
  EXPECT_EQ(read.atom_model.density, written.atom_model.density);
  EXPECT_EQ(read.atom_model.sigma, written.atom_model.sigma);
  EXPECT_EQ(read.atom_model.b_factor, written.atom_model.b_factor);
  EXPECT_EQ(read.atoms, written.atoms);
  EXPECT_EQ(read.cutoff, written.cutoff);
}

TEST(ModesFile, OlderOnesHaveGaussianAtoms) {
  const auto comm = Communicator::world();
  ModesFile written = example();
  written.atom_model = {AtomDensity::scattering, 2.25, 90};
  write_spread(comm, "older.h5", written);
  const AtomModel stored = read_modes(comm, "older.h5").atom_model;
  EXPECT_EQ(stored.density, AtomDensity::scattering);
  EXPECT_EQ(stored.b_factor, 90);
  collectively(comm, [&] {
    if (!comm.root()) return;
    const auto file = hdf5::open_file("older.h5", hdf5::Access::write);
    for (const char* name : {"structure/atom_model", "structure/scattering_b_factor"})
      hdf5::check(H5Ldelete(file, name, H5P_DEFAULT), name);
  });
  const AtomModel model = read_modes(comm, "older.h5").atom_model;
  EXPECT_EQ(model.density, AtomDensity::gaussian);
  EXPECT_EQ(model.sigma, 2.25);
}

TEST(ModesFile, TableAndSingleVectorsAreReadAlone) {
  const auto comm = Communicator::world();
  const ModesFile written = example();
  write_spread(comm, "alone.h5", written);
  const ModesFile table = read_modes_table("alone.h5");
  EXPECT_EQ(table.path, "alone.h5");
  EXPECT_EQ(table.structure.positions, written.structure.positions);
  EXPECT_EQ(table.modes.numbers, written.modes.numbers);
  EXPECT_EQ(table.modes.collectivity, written.modes.collectivity);
  EXPECT_EQ(table.modes.vectors.rows(), 0);
  EXPECT_EQ(table.modes.count(), 3);
}

TEST(ModesFile, EveryDataSetSaysWhatItHolds) {
  const auto comm = Communicator::world();
  write_spread(comm, "described.h5", example());
  const auto file = hdf5::open_file("described.h5", hdf5::Access::read);
  for (const char* name :
       {"modes/vectors", "modes/eigenvalues", "structure/positions", "structure/chain", "provenance/seed"}) {
    const auto dataset = hdf5::open_dataset(file, name);
    EXPECT_NE(hdf5::read_text_attribute(dataset, "units"), "") << name;
    EXPECT_NE(hdf5::read_text_attribute(dataset, "description"), "") << name;
  }
}

TEST(ModesFile, OneModeIsReadAlone) {
  const auto comm = Communicator::world();
  const ModesFile written = example();
  write_spread(comm, "single.h5", written);
  for (const int number : {7, 8, 9})
    EXPECT_EQ(read_mode_vector("single.h5", number), written.modes.vectors.col(number - 7)) << number;
  EXPECT_THAT(error_of([] { read_mode_vector("single.h5", 10); }),
              HasSubstr("mode 10 is not in single.h5, which has 7-9"));
  const auto file = hdf5::open_file("single.h5", hdf5::Access::read);
  const hdf5::Handle layout(H5Dget_create_plist(hdf5::open_dataset(file, "modes/vectors")), H5Pclose,
                            "layout");
  std::array<hsize_t, 3> chunk{};
  EXPECT_EQ(H5Pget_chunk(layout, 3, chunk.data()), 3);
  EXPECT_EQ(chunk, (std::array<hsize_t, 3>{1, atoms, 3}));
}

TEST(ModesFile, RowsThatLeaveAGapAreABug) {
  const auto comm = Communicator::world();
  std::int64_t first_node = 0;
  const ModesFile part = part_of(comm, example(), first_node);
  EXPECT_THROW(
      write_modes(comm, "gap.h5", part, first_node + 1, make_provenance(comm, "elastem modes", {}, 1)), Bug);
}

TEST(ModesFile, ErrorsNameTheFile) {
  const auto comm = Communicator::world();
  EXPECT_THAT(error_of([&] { read_modes(comm, "missing.h5"); }), HasSubstr("missing.h5"));
  if (comm.root()) hdf5::create_file("bare.h5", 0);
  comm.barrier();
  EXPECT_THAT(error_of([&] { read_modes(comm, "bare.h5"); }), HasSubstr("bare.h5 holds no normal modes"));
}

TEST(ModesFile, PartsThatDoNotFitAreAnError) {
  const auto comm = Communicator::world();
  write_spread(comm, "unfit.h5", example());
  if (comm.root()) {
    const auto file = hdf5::open_file("unfit.h5", hdf5::Access::write);
    H5Ldelete(file, "modes/score", H5P_DEFAULT);
  }
  comm.barrier();
  EXPECT_EQ(error_of([&] { read_modes(comm, "unfit.h5"); }),
            "unfit.h5: there is no data set score; make it anew with elastem modes");
  if (comm.root()) {
    const auto file = hdf5::open_file("unfit.h5", hdf5::Access::write);
    const double value = 1;
    hdf5::write_values(file, "modes/score", {1}, &value, {"none", "too few"});
  }
  comm.barrier();
  EXPECT_THAT(error_of([&] { read_modes(comm, "unfit.h5"); }), HasSubstr("differ in their number of modes"));
}

TEST(ModesFile, WritingPartsThatDoNotFitIsABug) {
  const auto comm = Communicator::world();
  ModesFile wrong = example();
  wrong.modes.enabled.pop_back();
  EXPECT_THROW(write_spread(comm, "wrong.h5", wrong), Bug);
}

TEST(ElasticModel, TakesTheSelectedModes) {
  const ModesFile file = example();
  const ElasticModel model = elastic_model(file, "9,7");
  EXPECT_EQ(model.mode_numbers, (std::vector<int>{7, 9}));
  EXPECT_EQ(model.widest_sigma(), 2.5);
  EXPECT_EQ(model.weights, file.weights);
  EXPECT_EQ(model.positions, file.structure.positions);
  for (int atom = 0; atom < atoms; ++atom)
    EXPECT_EQ(model.modes[1].col(atom), file.modes.vectors.col(2).segment<3>(3 * atom));
}

TEST(ElasticModel, WithoutSelectionTakesTheEnabledModes) {
  EXPECT_EQ(elastic_model(example(), "").mode_numbers, (std::vector<int>{7, 9}));
  ModesFile none = example();
  none.modes.enabled = {0, 0, 0};
  EXPECT_THAT(error_of([&] { elastic_model(none, ""); }), HasSubstr("no enabled mode"));
}

TEST(ElasticModel, HasAKindAnElementWithScatteringFactors) {
  ModesFile file = example();
  file.atoms = "all";
  file.atom_model = {AtomDensity::scattering, 1.5, 100};
  for (std::size_t i = 0; i < atoms; ++i) file.structure.atoms[i].element = i % 2 == 0 ? "C" : "N";
  const ElasticModel model = elastic_model(file, "7");
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
    EXPECT_THAT(error_of([&] { elastic_model(file, "7"); }), HasSubstr("--atom-model gaussian"));
  }
}

TEST(ElasticModel, NamesTheModesThatAreThere) {
  EXPECT_THAT(error_of([] { elastic_model(example(), "7-12"); }),
              HasSubstr("mode 10 is not in the modes file, which has 7-9"));
  EXPECT_THAT(error_of([] { elastic_model(example(), "3"); }), HasSubstr("rigid-body"));
}

}  // namespace
}  // namespace elastem
