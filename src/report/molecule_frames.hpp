#pragma once

#include <cstddef>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "structure/structure.hpp"

namespace elastem {

/// Conformations of a molecule for a page, in at most 12,000 atoms (of larger molecules Cα and P, or evenly
/// chosen ones) and with at most 1.5 MB of coordinates in all movies of the page (of longer ones evenly
/// chosen frames).
class MoleculeFrames {
 public:
  /// Of `frames` conformations of a structure, whose B-factors say how far an atom moves [Å]; one of
  /// `movies`.
  MoleculeFrames(const Structure& structure, std::size_t frames, std::size_t movies = 1);
  /// The next conformation: Å, one column per atom of the structure.
  void add(const Eigen::Matrix3Xd& positions);
  /// Atoms' labels and displacements; the numbers of the frames that are there, from 0; and coordinates in
  /// Base64: frame by frame x, y, z of each atom, 16 bits little endian: origin + code·step Å.
  nlohmann::json json() const;

 private:
  Structure structure_;  // the chosen atoms
  std::vector<std::size_t> atoms_, frames_;
  std::size_t all_, seen_ = 0;
  std::vector<Eigen::Matrix3Xf> positions_;
};

}  // namespace elastem
