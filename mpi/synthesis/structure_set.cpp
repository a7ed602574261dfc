#include "mpi/synthesis/structure_set.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "imaging/mode_fit.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/run/mismatch.hpp"
#include "structure/atom_match.hpp"
#include "structure/structure_file.hpp"
#include "structure/superposition.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;

bool structure_name(const fs::path& path) {
  const fs::path plain = path.extension() == ".gz" ? path.stem() : path;
  const std::string extension = plain.extension().string();
  return extension == ".pdb" || extension == ".ent" || extension == ".cif" || extension == ".mmcif";
}

std::vector<std::string> structure_files(const std::string& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path))
    if (entry.is_regular_file() && structure_name(entry.path())) files.push_back(entry.path().string());
  std::ranges::sort(files);
  if (files.empty())
    throw Error("--structures " + path +
                ": the folder holds no structure (.pdb, .ent, .cif or .mmcif, perhaps with .gz)");
  return files;
}

[[noreturn]] void refuse_missing(const std::string& name, const Structure& reference,
                                 const std::vector<Eigen::Index>& there) {
  constexpr std::size_t named = 5;
  std::vector<bool> lacks(reference.atoms.size(), true);
  for (const Eigen::Index atom : there) lacks[static_cast<std::size_t>(atom)] = false;
  std::size_t missing = 0;
  std::string list;
  for (std::size_t i = 0; i < lacks.size(); ++i)
    if (lacks[i] && ++missing <= named) list += (missing > 1 ? ", " : "") + atom_label(reference.atoms[i]);
  if (missing > named) list += ", …";
  throw Error(fmt::format(
      "--structures: {} lacks {} of the {} atoms of the modes file: {}; each structure needs all of "
      "them: complete it, or make the modes without these atoms",
      name, missing, reference.size(), list));
}

// The atoms of `structure` in the order of the reference, superposed on it.
Eigen::Matrix3Xd matched(const std::string& name, const Structure& structure, const Structure& reference,
                         std::string& remark) {
  const AtomMatch match = match_atoms(reference, structure);
  remark = match_remark(match);
  if (static_cast<Eigen::Index>(match.first.size()) < reference.size())
    refuse_missing(name, reference, match.first);
  Eigen::Matrix3Xd atoms(3, reference.size());
  for (std::size_t i = 0; i < match.first.size(); ++i)
    atoms.col(match.first[i]) = structure.positions.col(match.second[i]);
  return superposition(atoms, reference.positions)(atoms);
}

StructureSelection selection_like(const std::string& nodes) {
  StructureSelection selection;
  if (nodes != "pseudoatoms") selection.nodes = value_of<Nodes>(nodes, "atoms");
  selection.ligands =
      selection.nodes == Nodes::all;  // the modes may have them; what they have not stays away
  return selection;
}

// What rank 0 reads.
StructureSet read_conformations(const std::string& path, const std::string& modes_file,
                                const ElasticModel& model) {
  StructureSet set;
  set.files = structure_files(path);
  const ModesFile modes = read_modes_table(modes_file);
  const StructureSelection selection = selection_like(modes.atoms);
  double sum = 0, worst = 0;
  std::string remark;
  for (const std::string& file : set.files) {
    for_each_model(file, selection, [&](const StructureFile& found) {
      std::string name = fs::path(file).filename().string();
      if (found.model_count > 1) name += fmt::format(":{}", found.model);
      const auto atoms =
          std::make_shared<const Eigen::Matrix3Xd>(matched(name, found.structure, modes.structure, remark));
      const ModeFit fit = fit_modes(model, *atoms);
      if (set.conformations.empty() && !remark.empty())
        spdlog::info("the atoms of {} are matched{}", name, remark);
      spdlog::debug("{}: {:.2f} Å from the reference, {:.2f} Å of it beyond the modes", name,
                    rmsd(*atoms, model.positions), fit.rmsd);
      set.conformations.push_back({name, atoms, fit.amplitudes});
      sum += fit.rmsd;
      worst = std::max(worst, fit.rmsd);
    });
  }
  const std::size_t count = set.conformations.size();
  spdlog::info(
      "{} structures; what modes {} cannot describe of them is {:.2f} Å RMSD on average, at most {:.2f} Å",
      count, format_number_list(model.mode_numbers), sum / static_cast<double>(count), worst);
  return set;
}

// Rank 0's conformation on every rank. Collective.
void broadcast(const Communicator& comm, KnownConformation& known) {
  comm.broadcast(known.name);
  comm.broadcast(known.amplitudes);
  Eigen::Matrix3Xd atoms;
  if (comm.root()) atoms = *known.atoms;
  comm.broadcast(atoms);
  if (!comm.root()) known.atoms = std::make_shared<const Eigen::Matrix3Xd>(std::move(atoms));
}

}  // namespace

StructureSet read_structure_set(const Communicator& comm, const std::string& path,
                                const std::string& modes_file, const ElasticModel& model) {
  StructureSet set;
  on_root(comm, [&] { set = read_conformations(path, modes_file, model); });
  comm.broadcast(set.files);
  set.conformations.resize(comm.max(set.conformations.size()));
  for (KnownConformation& known : set.conformations) broadcast(comm, known);
  return set;
}

void require_structures_of(const Communicator& comm, const std::string& truth_path, const Provenance& truth,
                           const std::string& path, const StructureSet& set, bool accept) {
  const std::string changed = from_root(comm, [&]() -> std::string {
    for (const InputFingerprint& then : parse_fingerprints(truth.inputs)) {
      if (!then.role.starts_with("structure")) continue;
      for (const std::string& file : set.files)
        if (fs::path(file).filename() == fs::path(then.path).filename() &&
            !parse_fingerprint(input_fingerprint(then.role, file)).same_content(then))
          return file;
    }
    return "";
  });
  if (!changed.empty())
    report_mismatch(fmt::format("{} is the truth of other structures than those of {}: {} has another "
                                "checksum or size",
                                truth_path, path, changed),
                    "give the structures that synthesize drew", accept);
}

}  // namespace elastem
