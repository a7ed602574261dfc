#include "mpi/modes/modes_file.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/modes_file_example.hpp"

namespace elastem {
namespace {

using test::atoms;
using test::example;
using test::part_of;
using test::write_spread;
using testing::AllOf;
using testing::HasSubstr;

TEST(ModesFile, ComesBackOnEveryRankButForItsVectors) {
  const auto comm = Communicator::world();
  std::srand(1);  // Eigen's Random
  const ModesFile written = example();
  write_spread(comm, "modes.h5", written, {"cutoff=15"});
  const ModesFile read = read_modes_table("modes.h5");
  ASSERT_EQ(read.structure.atoms.size(), written.structure.atoms.size());
  for (std::size_t i = 0; i < atoms; ++i) {
    const Atom &a = read.structure.atoms[i], &b = written.structure.atoms[i];
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.element, b.element);
    EXPECT_EQ(a.residue_name, b.residue_name);
    EXPECT_EQ(a.chain, b.chain);
    EXPECT_EQ(a.residue_number, b.residue_number);
    EXPECT_EQ(a.residue, b.residue);
    EXPECT_EQ(a.molecule, b.molecule);
    EXPECT_EQ(a.insertion_code, b.insertion_code);
    EXPECT_EQ(a.b_factor, b.b_factor);
    EXPECT_EQ(a.mass, b.mass);
    EXPECT_EQ(a.charge_sum, b.charge_sum);
  }
  EXPECT_EQ(read.path, "modes.h5");
  EXPECT_EQ(read.modes.count(), 3);
  EXPECT_EQ(read.modes.vectors.rows(), 0);
  EXPECT_EQ(read.structure.positions, written.structure.positions);
  EXPECT_EQ(read.centre, written.centre);
  EXPECT_EQ(read.modes.numbers, written.modes.numbers);
  EXPECT_EQ(read.modes.eigenvalues, written.modes.eigenvalues);
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

TEST(ModesFile, RotationsMakeItsMotionCurvedAndItsContentAnother) {
  const auto comm = Communicator::world();
  std::srand(1);
  ModesFile file = example();
  write_spread(comm, "modes.h5", file);
  EXPECT_FALSE(read_modes_table("modes.h5").curved);
  EXPECT_FALSE(ModeReader("modes.h5").curved());
  const std::string linear = modes_content("modes.h5");
  comm.barrier();
  file.modes.rotations = Eigen::MatrixXd::Random(3 * atoms, 3);
  write_spread(comm, "modes.h5", file);
  EXPECT_TRUE(read_modes_table("modes.h5").curved);
  EXPECT_NE(modes_content("modes.h5"), linear);
  const ModeReader reader("modes.h5");
  Eigen::VectorXd rotation(3 * atoms);
  reader.read_rotation(8, {rotation.data(), 3 * atoms});
  EXPECT_EQ(rotation, file.modes.rotations.col(1));
  EXPECT_EQ(reader.read(8), file.modes.vectors.col(1));
  comm.barrier();
}

TEST(ModesFile, OlderOnesHaveGaussianAtoms) {
  const auto comm = Communicator::world();
  ModesFile written = example();
  written.atom_model = {AtomDensity::scattering, 2.25, 90};
  write_spread(comm, "older.h5", written);
  const AtomModel stored = read_modes_table("older.h5").atom_model;
  EXPECT_EQ(stored.density, AtomDensity::scattering);
  EXPECT_EQ(stored.b_factor, 90);
  comm.barrier();  // all have read it
  collectively(comm, [&] {
    if (!comm.root()) return;
    const auto file = hdf5::open_file("older.h5", hdf5::Access::write);
    for (const char* name : {"structure/atom_model", "structure/scattering_b_factor", "checksum"})
      hdf5::check(H5Ldelete(file, name, H5P_DEFAULT), name);
  });
  const AtomModel model = read_modes_table("older.h5").atom_model;
  EXPECT_EQ(model.density, AtomDensity::gaussian);
  EXPECT_EQ(model.sigma, 2.25);
}

TEST(ModesFile, IsKnownByItsContent) {
  const auto comm = Communicator::world();
  ModesFile file = example();
  write_spread(comm, "content.h5", file);
  const std::string content = modes_content("content.h5");
  write_spread(comm, "again.h5", file, {"another=option"});
  EXPECT_EQ(modes_content("again.h5"), content);
  file.structure.positions(1, 2) += 1e-9;
  write_spread(comm, "moved.h5", file);
  EXPECT_NE(modes_content("moved.h5"), content);
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
  const ModeReader reader("single.h5");
  for (const int number : {7, 8, 9})
    EXPECT_EQ(reader.read(number), written.modes.vectors.col(number - 7)) << number;
  EXPECT_THAT(error_of([&] { reader.read(10); }), HasSubstr("mode 10 is not in single.h5, which has 7-9"));
  std::vector<double> too_short(3 * atoms - 3);
  EXPECT_THAT(error_of([&] { reader.read(7, too_short); }), HasSubstr("does not have 4 atoms"));
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
  EXPECT_THAT(error_of([&] { read_modes_table("missing.h5"); }), HasSubstr("missing.h5"));
  if (comm.root()) hdf5::create_file("bare.h5", 0);
  comm.barrier();
  EXPECT_THAT(error_of([&] { read_modes_table("bare.h5"); }), HasSubstr("bare.h5 holds no normal modes"));
}

TEST(ModesFile, ALaterFormatIsRefused) {
  const auto comm = Communicator::world();
  write_spread(comm, "later.h5", example());
  on_root(comm, [&] {
    const auto file = hdf5::open_file("later.h5", hdf5::Access::write);
    for (const char* name : {"elastem", "format_version"}) hdf5::check(H5Adelete(file, name), name);
    hdf5::write_format(file, "normal modes", 1000);
  });
  for (const auto& read : {+[] { read_modes_table("later.h5"); }, +[] { ModeReader("later.h5"); }})
    EXPECT_THAT(error_of(read), AllOf(HasSubstr("later.h5"), HasSubstr("newer elastem")));
}

TEST(ModesFile, PartsThatDoNotFitAreAnError) {
  const auto comm = Communicator::world();
  write_spread(comm, "unfit.h5", example());
  if (comm.root()) {
    const auto file = hdf5::open_file("unfit.h5", hdf5::Access::write);
    H5Ldelete(file, "modes/score", H5P_DEFAULT);
  }
  comm.barrier();
  EXPECT_EQ(error_of([&] { read_modes_table("unfit.h5"); }),
            "unfit.h5: there is no data set modes/score; make it anew with elastem modes");
  comm.barrier();  // all have read it
  if (comm.root()) {
    const auto file = hdf5::open_file("unfit.h5", hdf5::Access::write);
    const double value = 1;
    hdf5::write_values(file, "modes/score", {1}, &value, {"none", "too few"});
  }
  comm.barrier();
  EXPECT_THAT(error_of([&] { read_modes_table("unfit.h5"); }),
              HasSubstr("unfit.h5: modes/score has 1 value for 3 modes"));
}

TEST(ModesFile, WritingPartsThatDoNotFitIsABug) {
  const auto comm = Communicator::world();
  ModesFile wrong = example();
  wrong.modes.enabled.pop_back();
  EXPECT_THROW(write_spread(comm, "wrong.h5", wrong), Bug);
}

TEST(ModesFile, WhatWasChangedSinceItWasWrittenIsDamage) {
  const auto comm = Communicator::world();
  std::srand(1);
  ModesFile file = example();
  file.modes.rotations = Eigen::MatrixXd::Random(3 * atoms, 3);
  const auto change = [&](const char* name, std::size_t place, double by) {
    write_spread(comm, "modes.h5", file);
    on_root(comm, [&] {
      const auto open = hdf5::open_file("modes.h5", hdf5::Access::write);
      auto values = hdf5::read_values<double>(open, name);
      values.at(place) += by;
      hdf5::check(H5Dwrite(hdf5::open_dataset(open, name), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           values.data()),
                  "cannot change a value");
    });
  };
  for (const char* name : {"structure/weights", "structure/b_factor", "modes/eigenvalues", "modes/score"}) {
    change(name, 1, 1e-9);
    EXPECT_THAT(error_of([] { read_modes_table("modes.h5"); }),
                AllOf(HasSubstr("modes.h5"), HasSubstr("damaged")))
        << name;
    comm.barrier();
  }
  change("modes/vectors", 3 * atoms + 4, 1e-9);
  EXPECT_NO_THROW(ModeReader("modes.h5").read(7));
  EXPECT_THAT(error_of([] { ModeReader("modes.h5").read(8); }), HasSubstr("mode 8 is damaged"));
  comm.barrier();
  change("modes/rotations", 4, 1e-9);
  Eigen::VectorXd rotation(3 * atoms);
  EXPECT_NO_THROW(ModeReader("modes.h5").read_rotation(8, {rotation.data(), 3 * atoms}));
  EXPECT_THROW(ModeReader("modes.h5").read_rotation(7, {rotation.data(), 3 * atoms}), Error);
  comm.barrier();
}

}  // namespace
}  // namespace elastem
