#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "mpi/modes/modes_file.hpp"

namespace elastem::test {

inline constexpr int atoms = 5;

inline Eigen::VectorXd three(double a, double b, double c) {
  return (Eigen::VectorXd(3) << a, b, c).finished();
}

inline ModesFile example() {
  ModesFile file;
  for (int i = 0; i < atoms; ++i) {
    Atom atom;
    atom.name = i == 2 ? "O5'" : "CA";
    atom.element = "C";
    atom.residue_name = "ALA";
    atom.chain = i < 3 ? "A" : "long chain name";
    atom.residue_number = i - 2;
    atom.residue = 3 * i;
    atom.molecule = i / 2;
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

/// What a rank holds of it: everything but the vectors of other ranks' nodes, of which the last ranks have
/// none where there are more than four.
inline ModesFile part_of(const Communicator& comm, const ModesFile& whole, std::int64_t& first_node) {
  ModesFile part = whole;
  const int ranks = std::min(comm.size(), 4);
  const auto first = [&](int rank) { return atoms * std::min(rank, ranks) / ranks; };
  first_node = first(comm.rank());
  part.modes.vectors =
      whole.modes.vectors.middleRows(3 * first_node, 3 * (first(comm.rank() + 1) - first_node));
  if (whole.modes.rotations.cols() > 0)
    part.modes.rotations = whole.modes.rotations.middleRows(3 * first_node, part.modes.vectors.rows());
  return part;
}

inline void write_spread(const Communicator& comm, const std::string& path, const ModesFile& whole,
                         const std::vector<std::string>& options = {}) {
  std::int64_t first_node = 0;
  const ModesFile part = part_of(comm, whole, first_node);
  write_modes(comm, path, part, first_node, make_provenance(comm, "elastem modes", options, 1));
}

}  // namespace elastem::test
