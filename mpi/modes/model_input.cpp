#include "mpi/modes/model_input.hpp"

#include "core/error.hpp"
#include "mpi/modes/stored_model.hpp"

namespace elastem {

AtomModel chosen_atom_model(AtomModel model, const std::string& nodes, const cli::AtomModelOption& option) {
  if (option.density) model.density = parse_atom_density(*option.density, "option --atom-model");
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

ElasticModel read_model(const Communicator& comm, const std::string& modes_file,
                        const std::string& modes_selection, const cli::AtomModelOption& option) {
  ModesFile file = read_modes(comm, modes_file);
  file.atom_model = chosen_atom_model(file.atom_model, file.atoms, option);
  return elastic_model(file, modes_selection);
}

}  // namespace elastem
