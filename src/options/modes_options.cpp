#include "options/modes_options.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/suggestion.hpp"

namespace elastem::cli {

namespace {

namespace po = boost::program_options;

void check(const ModesOptions& o) {
  if (o.atoms != "all" && o.atoms != "ca")
    throw Error("option --atoms: \"" + o.atoms + "\"" + suggestion(o.atoms, {"all", "ca"}) +
                "; give all or ca");
  if (o.ligands && o.atoms == "ca")
    throw Error("option --ligands: means nothing with --atoms ca, one node a residue of a chain");
  if (o.last_mode < 7)
    throw Error("option --modes: " + std::to_string(o.last_mode) +
                "; give the number of the last mode, 7 or more: modes 1-6 are the rigid-body ones");
  if (o.block_residues < 0)
    throw Error("option --block-residues: " + std::to_string(o.block_residues) +
                "; give the number of residues that move as one, 1 or more");
  if (o.solver != "auto" && o.solver != "scalapack" && o.solver != "slepc")
    throw Error("option --solver: \"" + o.solver + "\"" +
                suggestion(o.solver, {"auto", "scalapack", "slepc"}) + "; give auto, scalapack or slepc");
  if (o.model < 0) throw Error("option --model: " + std::to_string(o.model) + "; give the number of a model");
}

}  // namespace

std::optional<ModesOptions> parse_modes_options(const std::vector<std::string>& arguments,
                                                std::string& help) {
  ModesOptions o;
  CommandLine line("modes", "Elastic normal modes of an atomic structure or a density map", o.common,
                   Resumable::no);
  line.without({"seed"});
  line.add()(
      "input,i", po::value(&o.input)->value_name("FILE"),
      "structure, PDB or mmCIF, may be gzipped; hydrogens and waters are left out, ligands too by default")(
      "output,o", po::value(&o.output)->required()->value_name("FILE.h5"), "modes file to write")(
      "atoms", po::value(&o.atoms)->default_value(o.atoms)->value_name("all|ca"),
      "all atoms, or one node a residue: Cα, and P of nucleic acids");
  add_cutoff_options(line, o.relative);
  line.add()("modes", po::value(&o.last_mode)->default_value(o.last_mode)->value_name("N"),
             "number of the last mode, counted with the six rigid-body ones: 20 computes modes 7 to 20")(
      "block-residues", po::value(&o.block_residues)->value_name("N"),
      "let N residues of a chain move as a rigid body (RTB), for large structures; with 1 every residue (by "
      "default every atom moves by itself)")(
      "solver", po::value(&o.solver)->default_value(o.solver)->value_name("auto|scalapack|slepc"),
      "scalapack: dense, for many modes; slepc: sparse, for the lowest ones; auto: the faster one")(
      "mass-weighted", po::bool_switch(&o.mass_weighted), "use the atoms' masses instead of equal ones")(
      "chain", po::value(&o.chains)->composing()->value_name("NAME"),
      "read this chain only; may be given more than once (by default all chains)")(
      "ligands", po::bool_switch(&o.ligands), "read ligands and ions too, as atoms like the others")(
      "model", po::value(&o.model)->value_name("N"),
      "number of the model in a file of several (by default the first)");
  add_atom_model_options(line, o.atom_model);
  line.add()("import", po::value(&o.import_file)->value_name("FILE"),
             "take the modes from a file (.h5, .xmd, .nmd) instead of computing them");
  add_mode_report_options(line, o.report);
  add_map_options(line, o.map);
  if (!line.parse(arguments)) {
    help = line.help();
    return std::nullopt;
  }
  const bool coarse = o.atoms == "ca";
  parse_cutoff(line, o.relative);
  if (o.relative.neighbours == 0) o.relative.neighbours = coarse ? 34 : 60;
  o.cutoff = o.relative.cutoff;
  if (!line.given("cutoff")) o.cutoff = !o.map.file.empty() ? 0 : coarse ? 15 : 8;
  o.effective = line.effective();
  check_map(line, o.map);
  check(o);
  check_atom_model(o.atom_model);
  check_mode_report(line, o.report, o.last_mode);
  return o;
}

}  // namespace elastem::cli
