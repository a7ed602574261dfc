#include <optional>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "modes/elastic_network.hpp"
#include "modes/local_rotation.hpp"
#include "modes/relative_cutoff.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/modes/elastic_expansion.hpp"
#include "mpi/modes/elastic_solver.hpp"
#include "mpi/modes/map_input.hpp"
#include "mpi/modes/mode_import.hpp"
#include "mpi/modes/mode_report.hpp"
#include "mpi/modes/mode_rotations.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_file.hpp"
#include "options/modes_options.hpp"
#include "structure/structure_file.hpp"
#include "structure/superposition.hpp"

namespace elastem {

namespace {

using cli::ModesOptions;

void describe_input(const ModesOptions& o, const StructureFile& file) {
  const LeftOut& out = file.left_out;
  spdlog::info("{}: {} {}{}", o.input, file.structure.size(),
               file.pseudoatoms                 ? "pseudoatoms"
               : o.selection.nodes == Nodes::ca ? "Cα and P nodes"
                                                : "atoms",
               file.model_count > 1 ? fmt::format(" of model {} (of {})", file.model, file.model_count) : "");
  if (out.hydrogens + out.waters + out.ligands + out.alternates + out.other_chains > 0)
    spdlog::info(
        "left out: {} hydrogens, {} water, {} ligand and ion atoms, {} atoms at other locations, {} of "
        "other chains",
        out.hydrogens, out.waters, out.ligands, out.alternates, out.other_chains);
  if (out.residues_without_node > 0)
    spdlog::warn("{} residues have neither Cα nor P and are not in the model", out.residues_without_node);
  for (const std::string& note : notes_of(file.doubts)) spdlog::info("{}", note);
  for (const std::string& warning : warnings_of(file.doubts)) spdlog::warn("{}", warning);
}

// Pseudoatoms of a file act as those of a map: their weights and width are the file's, their spacing sets the
// cut-off. Rank 0.
void take_pseudoatoms(ModesOptions& o, const StructureFile& file, AtomModel& atoms) {
  if (o.block_residues > 0 || o.mass_weighted)
    throw Error(fmt::format("option --{}: means nothing for the pseudoatoms of {}",
                            o.block_residues > 0 ? "block-residues" : "mass-weighted", o.input));
  if (file.pseudoatom_sigma == 0 && !o.atom_model.sigma)
    throw Error(o.input +
                " does not say how wide its pseudoatoms are (REMARK fixedGaussian); give --atom-sigma");
  AtomModel model;
  if (file.pseudoatom_sigma > 0) model.sigma = file.pseudoatom_sigma;
  atoms = chosen_atom_model(model, "pseudoatoms", o.atom_model);
  const Eigen::VectorXd weights = of_atoms(file.structure, &Atom::charge_sum);
  if (!(weights.minCoeff() >= 0 && weights.sum() > 0))
    throw Error(o.input +
                ": the weights of its pseudoatoms are negative or all zero; is the right column named "
                "(REMARK intensityColumn)?");
  if (o.default_cutoff) o.cutoff = pseudoatom_cutoff(file.structure.positions);
  spdlog::info("pseudoatoms of σ {:.3f} Å, weights {:.4g} to {:.4g}", atoms.sigma, weights.minCoeff(),
               weights.maxCoeff());
}

// The structure of --input, and what `atoms` and `content` take from it. Rank 0.
Structure read_input(ModesOptions& o, AtomModel& atoms, ModesFile& content) {
  StructureFile file = read_structure(o.input, o.selection);
  describe_input(o, file);
  if (file.pseudoatoms) {
    take_pseudoatoms(o, file, atoms);
    content.atoms = "pseudoatoms";
  }
  return std::move(file.structure);
}

// Nodes of a map are its pseudoatoms, whose spacing sets the cut-off and whose width that of the density.
Structure read_map(const Communicator& comm, ModesOptions& o, double& sigma) {
  if (o.common.dry_run) o.map.pseudoatoms.clear();
  MapInput input = read_map_input(comm, o.map, o.cutoff);
  o.cutoff = input.cutoff;
  sigma = input.sigma;
  return std::move(input.structure);
}

// A relative cut-off in Å, now that the nodes are known. Rank 0.
void resolve_cutoff(ModesOptions& o, const Structure& structure) {
  if (o.relative.percent == 0) return;
  o.cutoff = relative_cutoff(structure.positions, o.relative.percent, o.relative.neighbours);
  spdlog::info("cut-off {:.2f} Å: above {:g} % of the distances of each node to its {} nearest", o.cutoff,
               o.relative.percent, o.relative.neighbours);
}

// What makes motion curved. Collective.
void add_rotations(const Communicator& comm, const ModesOptions& o, const Eigen::Matrix3Xd& positions,
                   const RigidBlocks& blocks, ElasticModes& result) {
  if (o.motion == Motion::linear) return;
  const double start = MPI_Wtime(), width = neighbourhood_width(o.cutoff);
  result.modes.rotations =
      mode_rotations(comm, positions, blocks, width, result.first_node, result.modes.vectors);
  spdlog::info("curved motion: rotations of {} in {:.2f} s",
               blocks.count() < positions.cols() ? std::string("the rigid blocks")
                                                 : fmt::format("neighbourhoods of {:.3g} Å", width),
               MPI_Wtime() - start);
}

// The modes of --import instead of computed ones. Collective.
ElasticModes imported_modes(const Communicator& comm, const ModesOptions& o, const Structure& structure) {
  ImportedNetwork network{o.cutoff, {}};
  if (o.mass_weighted) network.masses = of_atoms(structure, &Atom::mass);
  ElasticModes result = import_modes(comm, o.import_file, structure, network);
  spdlog::info("{} modes of {}, |AᵀA - 1| at most {:.1e}", result.modes.count(), o.import_file,
               result.orthogonality);
  const auto positions = from_root(comm, [&] { return structure.positions; });
  add_rotations(comm, o, positions, single_nodes(positions.cols()), result);
  return result;
}

AtomModel atom_model_of(const ModesOptions& o) {
  AtomModel model;
  if (o.selection.nodes == Nodes::ca) model.sigma = 2.5;
  return chosen_atom_model(model, o.nodes(), o.atom_model);
}

// Positions that are placeholders or of another unit.
void require_near(const Structure& structure) {
  constexpr double farthest = 1e5;  // Å from the middle atom
  const Eigen::Vector3d middle = structure.positions.col(structure.size() / 2);
  for (Eigen::Index i = 0; i < structure.size(); ++i)
    if (!((structure.positions.col(i) - middle).cwiseAbs().maxCoeff() <= farthest))
      throw Error(
          fmt::format("{} lies {:.3g} Å from the middle of the file: are its coordinates right, and Å?",
                      atom_label(structure.atoms[static_cast<std::size_t>(i)]),
                      (structure.positions.col(i) - middle).norm()));
}

// The structure on rank 0, centred.
void take_structure(Structure structure, const AtomModel& atoms, ModesFile& content) {
  if (atoms.density == AtomDensity::scattering)  // an element that is not tabulated is refused now
    for (const Atom& atom : structure.atoms) scattering_kind(atom.element, atoms.b_factor);
  require_near(structure);
  content.atom_model = atoms;
  content.structure = std::move(structure);
  content.centre = centre(content.structure);
  content.weights = of_atoms(content.structure, &Atom::charge_sum);
}

// The elastic network of rank 0's structure on all ranks: O(nodes), no springs. Collective.
BlockNetwork shared_network(const Communicator& comm, const ModesOptions& o, const Structure& structure) {
  BlockNetwork network;
  network.cutoff = o.cutoff;
  on_root(comm, [&] {
    network.positions = structure.positions;
    if (o.mass_weighted)
      network.inverse_sqrt_masses = of_atoms(structure, &Atom::mass).cwiseSqrt().cwiseInverse();
    network.blocks =
        o.block_residues == 0 ? single_nodes(structure.size()) : residue_blocks(structure, o.block_residues);
  });
  comm.broadcast(network.positions);
  comm.broadcast(network.inverse_sqrt_masses);
  comm.broadcast(network.blocks.first_node);
  return network;
}

// What the network is, after it was found to hold together. Collective.
ElasticSurvey checked_survey(const Communicator& comm, const Structure& structure,
                             const BlockNetwork& network, BlockHessian& hessian) {
  ElasticSurvey survey = survey_network(comm, hessian);
  const auto nodes = static_cast<double>(network.positions.cols());
  spdlog::info("{} springs below {:g} Å, {:.1f} per node; {} masses; {}{} degrees of freedom", survey.springs,
               network.cutoff, 2 * static_cast<double>(survey.springs) / nodes,
               network.inverse_sqrt_masses.size() > 0 ? "atomic" : "equal",
               network.blocks.count() < network.positions.cols()
                   ? fmt::format("{} rigid blocks, ", network.blocks.count())
                   : "",
               hessian.order());
  on_root(comm, [&] {
    if (const std::string warning = checked_network(structure, network, survey); !warning.empty())
      spdlog::warn("{}", warning);
  });
  return survey;
}

// Rank 0.
void describe_free_motions(const Structure& structure, const ElasticModes& result) {
  if (result.free_nodes.empty()) return;
  std::string names;
  for (const std::int64_t node : result.free_nodes)
    names += (names.empty() ? "" : ", ") + atom_label(structure.atoms[static_cast<std::size_t>(node)]);
  spdlog::warn(
      "{} motions, besides those of the whole, strain no spring and are left out; {} move farthest. A larger "
      "--cutoff makes them elastic.",
      result.free_nodes.size(), names);
}

// Modes of the network; none in a dry run. Collective.
std::optional<ElasticModes> computed_modes(const Communicator& comm, const ModesOptions& o,
                                           const Structure& structure) {
  const BlockNetwork network = shared_network(comm, o, structure);
  BlockHessian hessian(network);
  require_modes(hessian, o.last_mode);
  const ElasticSurvey survey = checked_survey(comm, structure, network, hessian);
  const SolverChoice choice = chosen_solver(o.solver, hessian.order(), o.last_mode);
  spdlog::info("solver {}, {}", choice.solver == Solver::slepc ? "slepc" : "scalapack", choice.reason);
  ElasticSolver solver(comm, hessian, network, survey, choice.solver, o.last_mode);
  spdlog::info("{}; {:.0f} MB per rank", solver.description(), solver.rank_bytes() / 1e6);
  solver.require_memory();
  if (o.common.dry_run) {
    spdlog::info("dry run: about {:.1f} s; nothing was written", solver.estimated_seconds());
    return std::nullopt;
  }
  ElasticModes result = solver.solve();
  if (comm.root()) describe_free_motions(structure, result);
  spdlog::info("{}: {}", result.method, result.stages.text());
  add_rotations(comm, o, network.positions, network.blocks, result);
  return result;
}

void describe_modes(const ElasticModes& result) {
  const NormalModes& modes = result.modes;
  if (result.rigid.size() > 0)
    spdlog::info(
        "largest of the six zero eigenvalues {:.1e}; |H A - λ A| at most {:.1e}, |AᵀA - 1| at most {:.1e}",
        result.rigid.cwiseAbs().maxCoeff(), result.residual, result.orthogonality);
  spdlog::info("  mode   eigenvalue  collectivity  score  enabled");
  for (Eigen::Index k = 0; k < modes.count(); ++k) {
    const auto row = static_cast<std::size_t>(k);
    spdlog::info("{:6d} {:12.7f} {:13.3f} {:6.3f}  {}", modes.numbers[row], modes.eigenvalues(k),
                 modes.collectivity(k), modes.score(k), modes.enabled[row] ? "yes" : "no");
  }
}

Provenance provenance_of(const Invocation& invocation, const ModesOptions& o) {
  Provenance provenance =
      make_provenance(invocation.comm, invocation.command_line, invocation.effective(), 0);
  std::vector<InputFile> files = {o.map.file.empty() ? InputFile{"structure", o.input}
                                                     : InputFile{"map", o.map.file}};
  if (!o.import_file.empty()) files.push_back({"modes", o.import_file});
  add_inputs(invocation.comm, files, provenance);
  return provenance;
}

}  // namespace

ExitCode modes_command(const Invocation& invocation, ModesOptions& o) {
  const Communicator& comm = invocation.comm;
  const double start = MPI_Wtime();
  AtomModel atoms = atom_model_of(o);
  prepare_mode_report(comm, o);
  ModesFile content;
  Structure structure;
  if (!o.map.file.empty()) structure = read_map(comm, o, atoms.sigma);
  on_root(comm, [&] {
    content.atoms = o.nodes();
    if (o.map.file.empty()) structure = read_input(o, atoms, content);
    resolve_cutoff(o, structure);
    take_structure(std::move(structure), atoms, content);
  });
  comm.broadcast(o.cutoff);
  check_mode_report(comm, o, content.structure);
  const Provenance provenance = provenance_of(invocation, o);
  const double read = MPI_Wtime();
  std::optional<ElasticModes> result = o.import_file.empty() ? computed_modes(comm, o, content.structure)
                                                             : imported_modes(comm, o, content.structure);
  if (o.common.dry_run) {
    if (result) spdlog::info("dry run: nothing was written");
    return done;
  }
  check_animated_modes(comm, o, result->modes);
  const double solved = MPI_Wtime();
  describe_modes(*result);
  content.modes = std::move(result->modes);
  content.cutoff = o.cutoff;
  write_modes(comm, o.output, content, result->first_node, provenance);
  const double written = MPI_Wtime();
  spdlog::info("wrote {} in {:.2f} s: reading {:.2f} s, modes {:.2f} s, writing {:.2f} s", o.output,
               written - start, read - start, solved - read, written - solved);
  report_modes(invocation, o);
  return done;
}

}  // namespace elastem
