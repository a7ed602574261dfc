#include "structure/doubts.hpp"

#include <spdlog/fmt/fmt.h>

namespace elastem {

namespace {

std::string counted(std::int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

std::vector<std::string> warnings_of(const Doubts& doubts) {
  std::vector<std::string> texts;
  if (doubts.guessed_elements > 0)
    texts.push_back(
        fmt::format("the elements of {}, which the file does not say or which cannot be, were guessed from "
                    "residue and atom "
                    "names{}; they belong into columns 77-78 (mmCIF: _atom_site.type_symbol)",
                    counted(doubts.guessed_elements, "atom", "atoms"),
                    doubts.guessed_in_ligands > 0
                        ? fmt::format(", {} of them in ligands by the name alone", doubts.guessed_in_ligands)
                        : ""));
  if (doubts.doubled > 0)
    texts.push_back(fmt::format("{} twice in the same residue and {} read once: {}{}",
                                counted(doubts.doubled, "atom stands", "atoms stand"),
                                doubts.doubled == 1 ? "was" : "were", doubts.first_doubled,
                                doubts.doubled == 1 ? "" : " and others"));
  if (doubts.close > 0)
    texts.push_back(
        fmt::format("{} less than 0.1 Å apart, and all were read: {}{}; does a molecule stand in "
                    "the file twice?",
                    counted(doubts.close, "pair of atoms lies", "pairs of atoms lie"), doubts.first_close,
                    doubts.close == 1 ? "" : " and others"));
  return texts;
}

std::vector<std::string> notes_of(const Doubts& doubts) {
  std::vector<std::string> texts;
  if (doubts.repeated_residues > 0)
    texts.push_back(
        fmt::format("{} the chain name and number of another; residues are told apart by their "
                    "place in the file",
                    counted(doubts.repeated_residues, "residue bears", "residues bear")));
  if (doubts.mixed_residues > 0)
    texts.push_back(fmt::format("{} of several kinds, of which the most occupied was read",
                                counted(doubts.mixed_residues, "residue is", "residues are")));
  return texts;
}

}  // namespace elastem
