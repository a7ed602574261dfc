#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/new_file.hpp"
#include "modes/mode_file.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// Writes a file for NMWiz (VMD) and ProDy, mode by mode: name, atomnames, resnames, chainids, resids,
/// bfactors and coordinates, each on one line, and one line "mode number scale x1 y1 z1 x2 …" per mode with
/// the scale 1/√λ, which is ProDy's. Nine significant digits. Not collective: one process.
class NmdWriter {
 public:
  /// Begins the file, a NewFile until `close`. Throws Error when it cannot be made.
  NmdWriter(const std::string& path, const Structure& structure);
  /// Appends a mode of unit norm; λ > 0. Throws Error when the disk is full.
  void add(int number, double eigenvalue, const Eigen::VectorXd& vector);
  /// Gives the file its name; call it last. Throws Error when the disk is full.
  void close();

 private:
  NewFile file_;
};

/// The modes of an NMD file that belong to `structure`. Of the numbers before a vector an integer is the
/// mode's number and a decimal its scale, from which λ = 1/scale². Lines that begin with none of the format's
/// words are passed over. Throws Error when a mode or the coordinates are of another number of atoms, when
/// the coordinates (up to a shift) lie more than 1 Å RMSD from those of the structure, for then the vectors
/// belong to another orientation or conformation, when a number cannot be read, or when there is no mode.
ModeSource open_nmd(const std::string& path, const Structure& structure);

}  // namespace elastem
