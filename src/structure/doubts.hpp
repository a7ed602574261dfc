#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace elastem {

/// What of the file is doubtful and was decided, or is worth a look.
struct Doubts {
  std::int64_t guessed_elements = 0;  ///< atoms that the result depends on, of elements the file does not say
  std::int64_t guessed_in_ligands = 0;  ///< of these
  std::int64_t doubled = 0;             ///< atoms that stand twice in their residue; one of them was read
  std::string first_doubled{};          ///< its label
  std::int64_t close = 0;               ///< pairs of other atoms less than 0.1 Å apart; all were read
  std::string first_close{};            ///< labels of such a pair
  std::int64_t repeated_residues = 0;   ///< read residues that bear the chain name and number of another one
  std::int64_t mixed_residues = 0;      ///< residues of several identities; the most occupied was read
};

/// A sentence for each kind of doubt that calls for a look at the file.
std::vector<std::string> warnings_of(const Doubts& doubts);
/// A sentence for each thing that was decided as it should be.
std::vector<std::string> notes_of(const Doubts& doubts);

}  // namespace elastem
