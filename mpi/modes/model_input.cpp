#include "mpi/modes/model_input.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <span>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/comm/shared_memory.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {
namespace {

void require_atom_model(const AtomModel& model, const std::string& nodes) {
  if (model.density == AtomDensity::gaussian || nodes == "all") return;
  throw Error(
      "option --atom-model: electron scattering factors are those of atoms, but the nodes of the model are " +
      std::string(nodes == "ca" ? "one per residue; make it with --atoms all, or take"
                                : "pseudoatoms of a map; take") +
      " --atom-model gaussian");
}

// Empty where the file has none that could be used, as after an import.
Eigen::VectorXd eigenvalues_of(const ModesFile& file, const std::vector<int>& numbers) {
  Eigen::VectorXd values(static_cast<Eigen::Index>(numbers.size()));
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const auto at = std::ranges::find(file.modes.numbers, numbers[k]) - file.modes.numbers.begin();
    values[static_cast<Eigen::Index>(k)] = file.modes.eigenvalues[at];
    if (!(file.modes.eigenvalues[at] > 0)) return {};
  }
  return values;
}

// One kind for all atoms, or one per element.
void take_densities(const ModesFile& file, const AtomModel& atoms, ElasticModel& model) {
  if (atoms.density == AtomDensity::gaussian) {
    model.weights = file.weights;
    model.kinds = {{{1.0, atoms.sigma}}};
    return;
  }
  model.weights.setOnes(file.structure.size());
  model.kinds.clear();
  std::map<std::string, int> kind_of_element;
  for (const Atom& atom : file.structure.atoms) {
    const auto [at, is_new] = kind_of_element.emplace(atom.element, static_cast<int>(model.kinds.size()));
    if (is_new) model.kinds.push_back(scattering_kind(atom.element, atoms.b_factor));
    model.kind_of.push_back(at->second);
  }
}

// All but the modes' vectors, on every rank, and whether motion is curved; what else the file says of the
// atoms stays with rank 0. Collective.
ElasticModel model_without_vectors(const Communicator& comm, const std::string& path,
                                   const std::string& selection, const cli::AtomModelOption& option,
                                   bool& curved) {
  ElasticModel model;
  on_root(comm, [&] {
    ModesFile file = read_modes_table(path);
    curved = file.curved;
    model.mode_numbers = selected_modes(file, selection);
    take_densities(file, chosen_atom_model(file.atom_model, file.atoms, option), model);
    model.positions = std::move(file.structure.positions);
    model.eigenvalues = eigenvalues_of(file, model.mode_numbers);
  });
  comm.broadcast(curved);
  comm.broadcast(model.mode_numbers);
  comm.broadcast(model.eigenvalues);
  comm.broadcast(model.positions);
  comm.broadcast(model.weights);
  comm.broadcast(model.kinds);
  comm.broadcast(model.kind_of);
  return model;
}

using ReadMode = void (ModeReader::*)(int number, std::span<double> vector) const;

// Each rank reads its share of what its node needs. Collective.
std::vector<ModeVector> shared_vectors(const Communicator& comm, const std::string& path,
                                       const std::vector<int>& numbers, Eigen::Index atoms, ReadMode read) {
  const std::size_t entries = 3 * static_cast<std::size_t>(atoms);
  const auto memory = std::make_shared<const SharedArray<double>>(comm, numbers.size() * entries);
  const auto vector = [&](std::size_t k) { return memory->values().subspan(k * entries, entries); };
  collectively(comm, [&] {
    const Range share = equal_share(memory->node(), static_cast<std::int64_t>(numbers.size()));
    if (share.count == 0) return;
    const ModeReader reader(path);
    const auto first = static_cast<std::size_t>(share.first), count = static_cast<std::size_t>(share.count);
    for (std::size_t k = first; k < first + count; ++k) (reader.*read)(numbers[k], vector(k));
  });
  memory->fence();
  std::vector<ModeVector> vectors;
  for (std::size_t k = 0; k < numbers.size(); ++k)
    vectors.emplace_back(std::shared_ptr<const double>(memory, vector(k).data()), atoms);
  return vectors;
}

}  // namespace

AtomModel chosen_atom_model(AtomModel model, const std::string& nodes, const cli::AtomModelOption& option) {
  if (option.density) model.density = *option.density;
  require_atom_model(model, nodes);
  const bool gaussian = model.density == AtomDensity::gaussian;
  if (option.sigma && !gaussian)
    throw Error("option --atom-sigma: goes with --atom-model gaussian; scattering takes --b-factor");
  if (option.b_factor && gaussian)
    throw Error("option --b-factor: goes with --atom-model scattering; gaussian takes --atom-sigma");
  model.sigma = option.sigma.value_or(model.sigma);
  model.b_factor = option.b_factor.value_or(model.b_factor);
  return model;
}

std::vector<int> selected_modes(const ModesFile& file, const std::string& selection) {
  const NormalModes& modes = file.modes;
  std::vector<int> wanted;
  if (!selection.empty()) {
    wanted = parse_number_list(selection, "--modes");
    for (const int number : wanted)
      if (std::ranges::find(modes.numbers, number) == modes.numbers.end())
        throw Error("--modes: " + no_such_mode(number, modes.numbers, file.path));
    return wanted;
  }
  for (std::size_t i = 0; i < modes.numbers.size(); ++i)
    if (modes.enabled[i]) wanted.push_back(modes.numbers[i]);
  if (wanted.empty()) throw Error(file.path + " has no enabled mode; name the wanted ones with --modes");
  return wanted;
}

ElasticModel read_model(const Communicator& comm, const std::string& modes_file,
                        const std::string& modes_selection, const cli::AtomModelOption& option) {
  bool curved = false;
  ElasticModel model = model_without_vectors(comm, modes_file, modes_selection, option, curved);
  const auto vectors = [&](ReadMode read) {
    return shared_vectors(comm, modes_file, model.mode_numbers, model.atom_count(), read);
  };
  model.modes = vectors(&ModeReader::read);
  if (curved) model.rotations = vectors(&ModeReader::read_rotation);
  return model;
}

ElasticModel read_model_of(const Communicator& comm, const std::string& result_path,
                           const std::vector<int>& modes, const std::string& modes_file) {
  try {
    return read_model(comm, modes_file, format_number_list(modes), {});
  } catch (const Error& error) {
    throw Error(result_path + " holds amplitudes of modes " + format_number_list(modes) +
                ", which do not come from " + modes_file + ": " + error.what());
  }
}

}  // namespace elastem
