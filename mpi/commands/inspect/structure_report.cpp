#include "mpi/commands/inspect/structure_report.hpp"

#include <array>
#include <utility>

#include "core/error.hpp"
#include "mpi/commands/inspect/say.hpp"
#include "structure/structure_file.hpp"

namespace elastem {

namespace {

// Runs of atoms of one chain and of one residue: labels may repeat.
void say_chains(const Structure& structure) {
  std::string text;
  std::int64_t residues = 0, atoms = 0;
  const auto& all = structure.atoms;
  for (std::size_t i = 0; i < all.size(); ++i) {
    ++atoms;
    const bool last = i + 1 == all.size(), ends_chain = last || all[i + 1].chain != all[i].chain;
    residues += last || !same_residue(all[i], all[i + 1]);
    if (!ends_chain) continue;
    text += fmt::format("{} {} ({} residues, {} atoms)", text.empty() ? "" : ",",
                        all[i].chain.empty() ? "without a name" : all[i].chain, residues, atoms);
    residues = atoms = 0;
  }
  say("  chains:{}", text);
}

void say_left_out(const LeftOut& left_out) {
  std::string text;
  for (const auto& [count, what] : {std::pair{left_out.hydrogens, "hydrogens"},
                                    {left_out.waters, "of waters"},
                                    {left_out.ligands, "of ligands (--ligands)"},
                                    {left_out.alternates, "at alternate locations"}})
    if (count > 0) text += fmt::format("{} {} {}", text.empty() ? "" : ",", count, what);
  if (!text.empty()) say("  atoms left out:{}", text);
}

}  // namespace

void report_structure(const std::string& path) {
  const StructureFile file = read_structure(path, {});
  const Structure& structure = file.structure;
  say("{}: a structure of {} atoms{}", path, structure.size(),
      file.model_count > 1 ? fmt::format(", the first of {} models", file.model_count) : "");
  say_chains(structure);
  say_left_out(file.left_out);
  const Eigen::Vector3d extent =
      structure.positions.rowwise().maxCoeff() - structure.positions.rowwise().minCoeff();
  say("  extent: {:.1f} × {:.1f} × {:.1f} Å, {:.0f} electrons without hydrogens", extent.x(), extent.y(),
      extent.z(), of_atoms(structure, &Atom::charge_sum).sum());
  try {
    say("  nodes of --atoms ca: {}", read_structure(path, {.nodes = Nodes::ca}).structure.size());
  } catch (const Error&) {
    say("  nodes of --atoms ca: none");
  }
}

}  // namespace elastem
