#include <cmath>
#include <cstdio>
#include <filesystem>

#include <spdlog/spdlog.h>

#include "cli/modes_options.hpp"
#include "core/error.hpp"
#include "modes/elastic_network.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/map_input.hpp"
#include "mpi/linalg/dense_cost.hpp"
#include "mpi/linalg/dense_modes.hpp"
#include "mpi/storage/modes_file.hpp"
#include "mpi/storage/result_table.hpp"
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
  StructureFile file = read_structure(o.input, {parse_nodes(o.atoms, "option --atoms"), o.chains, o.model});
  describe_input(o, file);
  return std::move(file.structure);
}

// Nodes of a map are its pseudoatoms, whose spacing sets the cut-off and whose width that of the density.
Structure read_map(const Communicator& comm, ModesOptions& o) {
  if (o.common.dry_run) o.map.pseudoatoms.clear();
  MapInput input = read_map_input(comm, o.map, o.cutoff);
  o.cutoff = input.cutoff;
  o.atom_sigma = input.sigma;
  o.atoms = "pseudoatoms";
  return std::move(input.structure);
}

// The structure on rank 0, centred, after it was found to be one network that holds together.
void take_structure(const ModesOptions& o, Structure structure, ModesFile& content) {
  const std::vector<Spring> springs = find_springs(structure.positions, o.cutoff);
  require_one_piece(structure, springs, o.cutoff);
  require_held(structure, springs, o.cutoff);
  content.structure = std::move(structure);
  content.centre = centre(content.structure);
  content.weights.resize(content.structure.size());
  for (Eigen::Index i = 0; i < content.structure.size(); ++i)
    content.weights(i) = content.structure.atoms[static_cast<std::size_t>(i)].charge_sum;
}

// The network of rank 0's structure on all ranks, each of which finds the springs itself. Collective.
SpringNetwork shared_network(const Communicator& comm, const ModesOptions& o, const Structure& structure) {
  std::uint64_t nodes = structure.atoms.size();
  comm.broadcast(std::span<std::uint64_t>(&nodes, 1));
  SpringNetwork network;
  network.positions = structure.positions;
  network.positions.resize(3, static_cast<Eigen::Index>(nodes));
  comm.broadcast(std::span<double>(network.positions.data(), 3 * nodes));
  if (o.mass_weighted) {
    network.inverse_sqrt_masses.resize(static_cast<Eigen::Index>(nodes));
    for (std::size_t i = 0; i < structure.atoms.size(); ++i)
      network.inverse_sqrt_masses(static_cast<Eigen::Index>(i)) = 1 / std::sqrt(structure.atoms[i].mass);
    comm.broadcast(std::span<double>(network.inverse_sqrt_masses.data(), nodes));
  }
  network.springs = find_springs(network.positions, o.cutoff);
  return network;
}

void describe_solve(const Communicator& comm, const ModesOptions& o, const SpringNetwork& network,
                    const DenseSolveCost& cost) {
  const auto nodes = network.positions.cols();
  spdlog::info("{} springs below {} Å, {:.1f} a node; Hessian of order {}, {} masses", network.springs.size(),
               o.cutoff, 2.0 * static_cast<double>(network.springs.size()) / static_cast<double>(nodes),
               3 * nodes, o.mass_weighted ? "atomic" : "equal");
  spdlog::info("dense solve on {} of {} ranks ({} × {}), {:.0f} MB a rank",
               cost.grid_rows * cost.grid_columns, comm.size(), cost.grid_rows, cost.grid_columns,
               cost.rank_bytes / 1e6);
}

void describe_modes(const NetworkModes& result) {
  const NormalModes& modes = result.modes;
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
  std::string input;
  collectively(invocation.comm, [&] {
    if (!invocation.comm.root()) return;
    input =
        o.map.file.empty() ? input_fingerprint("structure", o.input) : input_fingerprint("map", o.map.file);
  });
  invocation.comm.broadcast(input);
  provenance.inputs = {input};
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
  prepare_output(comm, o);
  ModesFile content;
  Structure structure;
  if (!o.map.file.empty()) structure = read_map(comm, o);
  collectively(comm, [&] {
    if (comm.root()) take_structure(o, o.map.file.empty() ? read_input(o) : std::move(structure), content);
  });
  const SpringNetwork network = shared_network(comm, o, content.structure);
  require_modes(network, o.last_mode);
  const DenseSolveCost cost = dense_solve_cost(network.positions.cols(), o.last_mode, comm.size());
  describe_solve(comm, o, network, cost);
  require_memory(comm, cost);
  if (o.common.dry_run) {
    spdlog::info("dry run: about {:.1f} s; nothing was written",
                 estimated_seconds(comm, network.positions.cols(), o.last_mode));
    return 0;
  }
  const Provenance provenance = provenance_of(invocation, o);
  const double start = MPI_Wtime();
  NetworkModes result = dense_modes(comm, network, o.last_mode);
  spdlog::info("modes {}-{} in {:.1f} s, by {}", result.modes.numbers.front(), o.last_mode,
               MPI_Wtime() - start, result.method);
  describe_modes(result);
  content.modes = std::move(result.modes);
  content.atom_sigma = o.atom_sigma;
  content.atoms = o.atoms;
  content.cutoff = o.cutoff;
  write_modes(comm, o.output, content, result.first_node, provenance);
  spdlog::info("wrote {}", o.output);
  return 0;
}

}  // namespace elastem
