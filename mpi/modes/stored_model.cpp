#include "mpi/modes/stored_model.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/number_list.hpp"

namespace elastem {
namespace {

// One kind for all atoms, or one an element.
void take_densities(const ModesFile& file, ElasticModel& model) {
  require_atom_model(file.atom_model, file.atoms);
  if (file.atom_model.density == AtomDensity::gaussian) {
    model.weights = file.weights;
    model.kinds = {{{1.0, file.atom_model.sigma}}};
    return;
  }
  model.weights.setOnes(file.structure.size());
  model.kinds.clear();
  std::map<std::string, int> kind_of_element;
  for (const Atom& atom : file.structure.atoms) {
    const auto [at, is_new] = kind_of_element.emplace(atom.element, static_cast<int>(model.kinds.size()));
    if (is_new) model.kinds.push_back(scattering_kind(atom.element, file.atom_model.b_factor));
    model.kind_of.push_back(at->second);
  }
}

}  // namespace

void require_atom_model(const AtomModel& model, const std::string& nodes) {
  if (model.density == AtomDensity::gaussian || nodes == "all") return;
  throw Error(
      "option --atom-model: electron scattering factors are those of atoms, but the nodes of the model are " +
      std::string(nodes == "ca" ? "one a residue; make it with --atoms all, or take"
                                : "pseudoatoms of a map; take") +
      " --atom-model gaussian");
}

ElasticModel elastic_model(const ModesFile& file, const std::string& modes_selection) {
  const NormalModes& modes = file.modes;
  std::vector<int> wanted;
  if (modes_selection.empty()) {
    for (std::size_t i = 0; i < modes.numbers.size(); ++i)
      if (modes.enabled[i]) wanted.push_back(modes.numbers[i]);
    if (wanted.empty()) throw Error(file.path + " has no enabled mode; name the wanted ones with --modes");
  } else {
    wanted = parse_number_list(modes_selection, "--modes");
  }
  ElasticModel model;
  for (const int number : wanted) {
    const auto at = std::find(modes.numbers.begin(), modes.numbers.end(), number);
    if (at == modes.numbers.end()) throw Error("--modes: " + no_such_mode(number, modes.numbers, file.path));
    const auto column = modes.vectors.col(at - modes.numbers.begin());
    model.modes.push_back(Eigen::Map<const Eigen::Matrix3Xd>(column.data(), 3, file.structure.size()));
    model.mode_numbers.push_back(number);
  }
  model.positions = file.structure.positions;
  take_densities(file, model);
  return model;
}

}  // namespace elastem
