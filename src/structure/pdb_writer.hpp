#pragma once

#include <string>
#include <vector>

#include "core/new_file.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// Writes a PDB file of one or more models of the same atoms, model by model as they are added, e.g. the
/// frames of a trajectory. More than 99,999 atoms or 9,999 residues are numbered in hybrid-36. Chain names of
/// more than one character get single ones in order of appearance, listed in REMARK records. A TER parts
/// molecules that bear one chain name. Not collective: one process.
class PdbWriter {
 public:
  /// Begins the file, a NewFile until `close`, with `remarks`, one line each. Throws Error when it cannot be
  /// made.
  PdbWriter(const std::string& path, const Structure& structure,
            const std::vector<std::string>& remarks = {});

  /// Appends a model of `positions` (Å, one column per atom of the structure). Throws Error when the disk is
  /// full or a coordinate does not fit into the format's columns.
  void add_model(const Eigen::Matrix3Xd& positions);

  /// Writes END and gives the file its name; call it last. Throws Error when the disk is full.
  void close();

 private:
  NewFile file_;
  std::vector<std::string> heads_;  ///< columns 1–30 of each atom's record, behind a TER where there is one
  std::vector<std::string> tails_;  ///< columns 55–80
  int models_ = 0;
};

}  // namespace elastem
