#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "modes/elastic_network.hpp"
#include "modes/relative_cutoff.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/modes/elastic_expansion.hpp"
#include "mpi/modes/elastic_solver.hpp"
#include "mpi/modes/map_input.hpp"
#include "mpi/modes/mode_import.hpp"
#include "mpi/modes/mode_report.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/run/output.hpp"
#include "options/modes_options.hpp"
#include "structure/structure_file.hpp"
#include "structure/superposition.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::ModesOptions;

void describe_input(const ModesOptions& o, const StructureFile& file) {
  const LeftOut& out = file.left_out;
  spdlog::info("{}: {} {}{}", o.input, file.structure.size(), o.atoms == "ca" ? "Cα and P nodes" : "atoms",
               file.model_count > 1 ? " of model " + std::to_string(file.model) + " (of " +
                                          std::to_string(file.model_count) + ")"
                                    : "");
  if (out.hydrogens + out.waters + out.ligands + out.alternates + out.other_chains > 0)
    spdlog::info(
        "left out: {} hydrogens, {} water, {} ligand and ion atoms, {} atoms at other locations, {} of "
        "other chains",
        out.hydrogens, out.waters, out.ligands, out.alternates, out.other_chains);
  if (out.residues_without_node > 0)
    spdlog::warn("{} residues have neither Cα nor P and are not in the model", out.residues_without_node);
}

Structure read_input(const ModesOptions& o) {
  StructureFile file =
      read_structure(o.input, {parse_nodes(o.atoms, "option --atoms"), o.chains, o.model, o.ligands});
  describe_input(o, file);
  return std::move(file.structure);
}

// Nodes of a map are its pseudoatoms, whose spacing sets the cut-off and whose width that of the density.
Structure read_map(const Communicator& comm, ModesOptions& o, double& sigma) {
  if (o.common.dry_run) o.map.pseudoatoms.clear();
  MapInput input = read_map_input(comm, o.map, o.cutoff);
  o.cutoff = input.cutoff;
  sigma = input.sigma;
  o.atoms = "pseudoatoms";
  return std::move(input.structure);
}

// A relative cut-off in Å, now that the nodes are known. Rank 0.
void resolve_cutoff(ModesOptions& o, const Structure& structure) {
  if (o.relative.percent == 0) return;
  o.cutoff = relative_cutoff(structure.positions, o.relative.percent, o.relative.neighbours);
  spdlog::info("cut-off {:.2f} Å: above {:g} % of the distances of each node to its {} nearest", o.cutoff,
               o.relative.percent, o.relative.neighbours);
}

// The modes of --import instead of computed ones. Collective.
NetworkModes imported_modes(const Communicator& comm, const ModesOptions& o, const Structure& structure) {
  ImportNetwork network{o.cutoff, {}};
  if (o.mass_weighted) {
    network.masses.resize(structure.size());
    for (Eigen::Index i = 0; i < structure.size(); ++i)
      network.masses(i) = structure.atoms[static_cast<std::size_t>(i)].mass;
  }
  NetworkModes result = import_modes(comm, o.import_file, structure, network);
  spdlog::info("{} modes of {}, |AᵀA - 1| at most {:.1e}", result.modes.count(), o.import_file,
               result.orthogonality);
  return result;
}

AtomModel atom_model_of(const ModesOptions& o) {
  AtomModel model;
  if (o.atoms == "ca") model.sigma = 2.5;
  return chosen_atom_model(model, o.map.file.empty() ? o.atoms : "pseudoatoms", o.atom_model);
}

// The structure on rank 0, centred.
void take_structure(Structure structure, const AtomModel& atoms, ModesFile& content) {
  if (atoms.density == AtomDensity::scattering)  // an element that is not tabulated is refused now
    for (const Atom& atom : structure.atoms) scattering_kind(atom.element, atoms.b_factor);
  content.atom_model = atoms;
  content.structure = std::move(structure);
  content.centre = centre(content.structure);
  content.weights.resize(content.structure.size());
  for (Eigen::Index i = 0; i < content.structure.size(); ++i)
    content.weights(i) = content.structure.atoms[static_cast<std::size_t>(i)].charge_sum;
}

// The network of rank 0's structure on all ranks: O(nodes), no springs. Collective.
BlockNetwork shared_network(const Communicator& comm, const ModesOptions& o, const Structure& structure) {
  std::uint64_t nodes = structure.atoms.size();
  comm.broadcast(std::span<std::uint64_t>(&nodes, 1));
  BlockNetwork network;
  network.cutoff = o.cutoff;
  network.positions = structure.positions;
  network.positions.resize(3, static_cast<Eigen::Index>(nodes));
  comm.broadcast(std::span<double>(network.positions.data(), 3 * nodes));
  if (o.mass_weighted) {
    network.inverse_sqrt_masses.resize(static_cast<Eigen::Index>(nodes));
    for (std::size_t i = 0; i < structure.atoms.size(); ++i)
      network.inverse_sqrt_masses(static_cast<Eigen::Index>(i)) = 1 / std::sqrt(structure.atoms[i].mass);
    comm.broadcast(std::span<double>(network.inverse_sqrt_masses.data(), nodes));
  }
  network.blocks = single_nodes(static_cast<std::int64_t>(nodes));
  if (o.block_residues == 0) return network;
  if (comm.root()) network.blocks = residue_blocks(structure, o.block_residues);
  std::uint64_t entries = network.blocks.first_node.size();
  comm.broadcast(std::span<std::uint64_t>(&entries, 1));
  network.blocks.first_node.resize(entries);
  comm.broadcast(std::span<std::int64_t>(network.blocks.first_node));
  return network;
}

// What the network is, after it was found to hold together. Collective.
NetworkSurvey checked_survey(const Communicator& comm, const Structure& structure,
                             const BlockNetwork& network, BlockHessian& hessian) {
  const NetworkSurvey survey = survey_network(comm, hessian);
  const auto nodes = static_cast<double>(network.positions.cols());
  spdlog::info("{} springs below {:g} Å, {:.1f} a node; {} masses; {}{} degrees of freedom", survey.springs,
               network.cutoff, 2 * static_cast<double>(survey.springs) / nodes,
               network.inverse_sqrt_masses.size() > 0 ? "atomic" : "equal",
               network.blocks.count() < network.positions.cols()
                   ? std::to_string(network.blocks.count()) + " rigid blocks, "
                   : "",
               hessian.order());
  collectively(comm, [&] {
    if (!comm.root()) return;
    if (const std::string warning = checked_network(structure, network, survey); !warning.empty())
      spdlog::warn("{}", warning);
  });
  return survey;
}

// Rank 0.
void describe_free_motions(const Structure& structure, const NetworkModes& result) {
  if (result.free_nodes.empty()) return;
  std::string names;
  for (const std::int64_t node : result.free_nodes)
    names += (names.empty() ? "" : ", ") + atom_label(structure.atoms[static_cast<std::size_t>(node)]);
  spdlog::warn(
      "{} motions beside those of the whole cost nothing and are left out; farthest move {}. With a larger "
      "--cutoff they become elastic.",
      result.free_nodes.size(), names);
}

void describe_stages(const NetworkModes& result) {
  std::string text;
  for (const auto& [name, seconds] : result.stages)
    text += fmt::format("{}{} {:.2f} s", text.empty() ? "" : ", ", name, seconds);
  spdlog::info("{}: {}", result.method, text);
}

// Modes of the network; none in a dry run. Collective.
std::optional<NetworkModes> computed_modes(const Communicator& comm, const ModesOptions& o,
                                           const Structure& structure) {
  const BlockNetwork network = shared_network(comm, o, structure);
  BlockHessian hessian(network);
  require_modes(hessian, o.last_mode);
  const NetworkSurvey survey = checked_survey(comm, structure, network, hessian);
  const SolverChoice choice = chosen_solver(parse_solver(o.solver), hessian.order(), o.last_mode);
  spdlog::info("solver {}, {}", choice.solver == Solver::slepc ? "slepc" : "scalapack", choice.reason);
  NetworkSolver solver(comm, hessian, network, survey, choice.solver, o.last_mode);
  spdlog::info("{}; {:.0f} MB a rank", solver.description(), solver.rank_bytes() / 1e6);
  solver.require_memory();
  if (o.common.dry_run) {
    spdlog::info("dry run: about {:.1f} s; nothing was written", solver.estimated_seconds());
    return std::nullopt;
  }
  NetworkModes result = solver.solve();
  if (comm.root()) describe_free_motions(structure, result);
  describe_stages(result);
  return result;
}

void describe_modes(const NetworkModes& result) {
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

// Everything that could go wrong with the output, before the work. Collective.
void prepare_output(const Communicator& comm, const ModesOptions& o) {
  decide_output(comm, o.output, false, o.common.overwrite);
  collectively(comm, [&] {
    const fs::path folder = fs::path(o.output).parent_path();
    if (comm.root() && !o.common.dry_run && !folder.empty()) fs::create_directories(folder);
  });
}

Provenance provenance_of(const Invocation& invocation, const ModesOptions& o) {
  Provenance provenance = make_provenance(invocation.comm, invocation.command_line, o.effective, 0);
  std::vector<InputFile> files = {o.map.file.empty() ? InputFile{"structure", o.input}
                                                     : InputFile{"map", o.map.file}};
  if (!o.import_file.empty()) files.push_back({"modes", o.import_file});
  add_inputs(invocation.comm, files, provenance);
  return provenance;
}

}  // namespace

int modes_command(const Invocation& invocation) {
  const Communicator& comm = invocation.comm;
  std::string help;
  const auto options = cli::parse_modes_options(invocation.arguments, help);
  if (!options) {
    if (comm.root()) std::fputs(help.c_str(), stdout);
    return 0;
  }
  ModesOptions o = *options;
  const double start = MPI_Wtime();
  AtomModel atoms = atom_model_of(o);
  prepare_output(comm, o);
  prepare_mode_report(comm, o);
  ModesFile content;
  Structure structure;
  if (!o.map.file.empty()) structure = read_map(comm, o, atoms.sigma);
  collectively(comm, [&] {
    if (!comm.root()) return;
    if (o.map.file.empty()) structure = read_input(o);
    resolve_cutoff(o, structure);
    take_structure(std::move(structure), atoms, content);
  });
  comm.broadcast(std::span<double>(&o.cutoff, 1));
  const Provenance provenance = provenance_of(invocation, o);
  const double read = MPI_Wtime();
  std::optional<NetworkModes> result = o.import_file.empty() ? computed_modes(comm, o, content.structure)
                                                             : imported_modes(comm, o, content.structure);
  if (o.common.dry_run) {
    if (result) spdlog::info("dry run: nothing was written");
    return 0;
  }
  const double solved = MPI_Wtime();
  describe_modes(*result);
  content.modes = std::move(result->modes);
  content.atoms = o.atoms;
  content.cutoff = o.cutoff;
  write_modes(comm, o.output, content, result->first_node, provenance);
  const double written = MPI_Wtime();
  spdlog::info("wrote {} in {:.2f} s: reading {:.2f} s, modes {:.2f} s, writing {:.2f} s", o.output,
               written - start, read - start, solved - read, written - solved);
  report_modes(invocation, o);
  return 0;
}

}  // namespace elastem
