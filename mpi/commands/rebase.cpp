#include <algorithm>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "modes/geometry.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/landscape/table_landscape.hpp"
#include "mpi/modes/elastic_expansion.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/particles/stored_source.hpp"
#include "mpi/selection/row_selection.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/modes_options.hpp"
#include "options/particle_source_options.hpp"
#include "options/rebase_options.hpp"
#include "structure/pdb_writer.hpp"
#include "structure/superposition.hpp"

namespace elastem {

namespace {

using cli::RebaseOptions;

// Where the new structure lies. Collective.
Eigen::VectorXd chosen_place(const Communicator& comm, const RebaseOptions& o, const ResultTable& table) {
  if (!o.at.empty()) {
    const std::vector<double> given = assigned_values(o.at, "--at", table.modes(), o.input);
    return Eigen::Map<const Eigen::VectorXd>(given.data(), std::ssize(given));
  }
  const auto selection = selected_rows(comm, {o.input, table}, o.selection, o.matching.accept_mismatch);
  const Landscape landscape = landscape_of(
      comm, table,
      {.frames = o.frames, .with_outliers = o.with_outliers, .selection = selection ? &*selection : nullptr});
  if (o.frame == 0) {
    spdlog::info("the mean of {}", counted(landscape.done, "particle"));
    return landscape.components.mean;
  }
  if (o.frame > std::ssize(landscape.frames))
    throw Error(fmt::format("option --frame: the trajectory of {} has {}", o.input,
                            counted(landscape.frames.size(), "model")));
  const TrajectoryFrame& frame = landscape.frames[static_cast<std::size_t>(o.frame) - 1];
  spdlog::info("the mean of {}, {:.1f} Å along the first component", counted(frame.count, "particle"),
               frame.coordinate);
  return frame.amplitudes;
}

// The conformation as a PDB file, in the frame of the first structure. Rank 0.
void write_conformation(const RebaseOptions& o, const ModesFile& file, const ElasticModel& model,
                        const Eigen::VectorXd& place) {
  if (file.atoms == "pseudoatoms")
    throw Error(o.modes_file +
                " is a model of pseudoatoms, whose network is that of its map; take align --rebase auto");
  const Geometry geometry(file.structure);
  Eigen::Matrix3Xd positions = model.deformed(place);
  if (model.curved()) positions = geometry.restored(std::move(positions));
  spdlog::info("{:.2f} Å RMSD from the structure of {}; {}", rmsd(positions, model.positions), o.modes_file,
               geometry_text(geometry.report(positions), geometry.report(file.structure.positions)));
  if (o.common.dry_run) return;
  std::vector<std::string> amplitudes;
  for (Eigen::Index k = 0; k < place.size(); ++k)
    amplitudes.push_back(fmt::format("{}={:.2f}", model.mode_numbers[static_cast<std::size_t>(k)], place[k]));
  PdbWriter writer(
      structure_of(o), file.structure,
      {"ELASTEM CONFORMATION AT THE AMPLITUDES (A)", fmt::format("{}", fmt::join(amplitudes, " "))});
  writer.add_model(positions.colwise() + file.centre);
  writer.close();
}

// Whether the new structure has so many modes. Rank 0. Throws Error.
void require_enough(const RebaseOptions& o, const ModesFile& file, const Provenance& provenance) {
  int block_residues = 0;
  for (const std::string& option : provenance.options)
    if (option.starts_with("block-residues="))
      block_residues = std::stoi(option.substr(option.find('=') + 1));
  BlockNetwork network;
  network.cutoff = file.cutoff;
  network.positions = file.structure.positions;
  network.blocks = block_residues == 0 ? single_nodes(file.structure.size())
                                       : residue_blocks(file.structure, block_residues);
  require_modes(BlockHessian(network), o.last_mode);
}

// Options of `modes` as the first file has them, for the new structure.
std::vector<std::string> network_options(const RebaseOptions& o, const ModesFile& file,
                                         const Provenance& provenance) {
  std::vector<std::string> words = {"-i",       structure_of(o),
                                    "-o",       o.output,
                                    "--modes",  std::to_string(o.last_mode),
                                    "--atoms",  file.atoms,
                                    "--cutoff", fmt::format("{}", file.cutoff),
                                    "--motion", name_of(file.curved ? Motion::curved : Motion::linear),
                                    "--ligands"};
  if (file.atoms == "ca") words.pop_back();
  for (const std::string name : {"atom-model", "atom-sigma", "b-factor", "block-residues"})
    if (const auto value = provenance.option(name)) words.insert(words.end(), {"--" + name, *value});
  if (provenance.option("mass-weighted") == "true") words.push_back("--mass-weighted");
  if (o.common.overwrite) words.push_back("--overwrite");
  return words;
}

}  // namespace

ExitCode rebase_command(const Invocation& invocation, RebaseOptions& o) {
  const Communicator& comm = invocation.comm;
  ResultTable table = ResultTable::open(comm, o.input, ResultTable::Access::read);
  const ElasticModel model = read_model_of(comm, o.input, table.modes(), o.modes_file);
  require_modes_of(comm, o.input, table.provenance(), o.modes_file, o.matching.accept_mismatch);
  const Eigen::VectorXd place = chosen_place(comm, o, table);
  const ParticleSource source = collectively_get(comm, [&] { return stored_source({o.input, table}); });
  if (!source.path.empty()) o.particles = source.path + cli::source_words(source);
  table.close();
  std::vector<std::string> words;
  on_root(comm, [&] {
    const ModesFile file = read_modes_table(o.modes_file);
    require_enough(o, file, modes_provenance(o.modes_file));
    write_conformation(o, file, model, place);
    words = network_options(o, file, modes_provenance(o.modes_file));
  });
  if (o.common.dry_run) {
    spdlog::info("dry run: {} and {} would be written", structure_of(o), o.output);
    return done;
  }
  spdlog::info("wrote {}", structure_of(o));
  comm.broadcast(words);
  cli::ModesOptions modes;
  cli::OptionTable options("modes", "");
  declare(options, modes);
  options.parse(words);
  return modes_command({comm, invocation.command_line, options}, modes);
}

}  // namespace elastem
