#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <Eigen/Core>

#include "structure/structure.hpp"

namespace elastem {

/// A mode as a file tells it.
struct ImportedMode {
  int number = 0;                    ///< as in the file; 0 where it has none
  std::optional<double> eigenvalue;  ///< where the file tells it, above 0
  bool enabled = true;
  Eigen::VectorXd vector;  ///< 3N entries (x1 y1 z1 x2 …) as in the file, not all zero
  std::string place;       ///< file and line, for messages
};

/// Gives one mode of a file after the other, each at its call, and none after the last. Throws Error that
/// names file and line.
using ModeSource = std::function<std::optional<ImportedMode>()>;

/// "file:line" of messages.
std::string text_place(const std::string& path, std::int64_t line);

/// Calls f(word) for each blank-separated word of a line.
void for_each_word(std::string_view line, const std::function<void(std::string_view)>& f);

/// A word as a finite number. Throws Error that names the word and the place.
double number_of(std::string_view word, const std::string& place);

/// Throws Error: modes of another number of atoms than the structure. `what` is "coordinates" or so.
[[noreturn]] void refuse_other_atoms(const std::string& place, const std::string& what, Eigen::Index theirs,
                                     Eigen::Index ours);

/// Throws Error unless `positions` (Å, one column per atom) are those of the structure up to a shift and 1 Å
/// RMSD: else the mode vectors belong to another orientation or conformation.
void require_same_positions(const Eigen::Matrix3Xd& positions, const Structure& structure,
                            const std::string& place);

}  // namespace elastem
