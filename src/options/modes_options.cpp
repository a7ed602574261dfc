#include "options/modes_options.hpp"

#include <spdlog/fmt/fmt.h>

#include "core/file_kind.hpp"

namespace elastem::cli {

namespace {

void declare_structure(OptionTable& table, ModesOptions& o) {
  table
      .option("input,i", o.input, "FILE",
              "structure, PDB or mmCIF, may be gzipped; hydrogens and waters are left out, ligands too by "
              "default; or pseudoatoms (of --pseudoatoms or Xmipp)")
      .file({".pdb", ".cif", ".ent", ".gz"});
  table.option("output,o", o.output, "FILE.h5", "modes file to write")
      .required()
      .unstored()
      .file({".h5"})
      .written({.makes_folders = true});
  table.option("atoms", o.selection.nodes, "all|ca",
               "all atoms, or one node per residue: Cα, and P of nucleic acids");
}

void declare_selection(OptionTable& table, ModesOptions& o) {
  table.option("chain", o.selection.chains, "NAME",
               "read this chain only; may be given more than once (by default all chains)");
  table.flag("ligands", o.selection.ligands, "read ligands and ions too, as atoms like the others");
  table
      .option("model", o.selection.model, "N",
              "number of the model in a file of several (by default the first)")
      .unset(0)
      .at_least(1);
  table.check([&o](const OptionTable&) {
    if (o.selection.ligands && o.selection.nodes == Nodes::ca)
      refuse_option("ligands", "means nothing with --atoms ca, one node per residue of a chain");
  });
}

}  // namespace

void declare(OptionTable& table, ModesOptions& o) {
  declare_structure(table, o);
  add_cutoff_options(table, o.relative, o.cutoff);
  table
      .option("modes", o.last_mode, "N",
              "number of the last mode, counted with the six rigid-body ones: 20 computes modes 7 to 20")
      .at_least(7);
  table
      .option(
          "block-residues", o.block_residues, "N",
          "let N residues of a chain move as a rigid body (RTB), for large structures; with 1 every residue "
          "(by default every atom moves by itself)")
      .unset(0)
      .at_least(1);
  table.option("solver", o.solver, "auto|scalapack|slepc",
               "scalapack: dense, for many modes; slepc: sparse, for the lowest ones; auto: the faster one");
  table.flag("mass-weighted", o.mass_weighted, "use the atoms' masses instead of equal ones");
  table.option("motion", o.motion, "curved|linear",
               "how atoms follow a mode, in every command that reads the file: curved, each turning with its "
               "surroundings, or along a line");
  declare_selection(table, o);
  add_atom_model_options(table, o.atom_model);
  table
      .option("import", o.import_file, "FILE",
              "take the modes from a file (.h5, .xmd, .nmd) instead of computing them")
      .file({".h5", ".xmd", ".nmd"});
  table.topic("Report");
  add_mode_report_options(table, o.report, o.last_mode);
  table.topic("Density maps");
  add_map_options(table, o.map);
  table.common(o.common, {"dry-run", "overwrite"});
  table.check([&o](const OptionTable& given) {
    if (is_null_device(o.output))
      given.refuse({"report", "target"}, "reads the modes again, but --output keeps none");
  });
  table.check([&o](const OptionTable&) {
    const bool coarse = o.selection.nodes == Nodes::ca;
    if (o.relative.neighbours == 0) o.relative.neighbours = coarse ? 34 : 60;
    o.default_cutoff = o.cutoff == 0 && o.relative.percent == 0;
    if (o.default_cutoff && o.map.file.empty()) o.cutoff = coarse ? 15 : 8;
  });
}

std::string next_step(const ModesOptions& o) {
  return fmt::format(
      "elastem align -i particles.star -m {0} -o alignment.h5; for a synthetic set, elastem synthesize -m "
      "{0} "
      "--modes 7-9 -o set/particles.star",
      o.output);
}

}  // namespace elastem::cli
