#include "mpi/synthesis/recipe_input.hpp"

#include <cmath>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/synthesis/amplitude_table.hpp"
#include "mpi/synthesis/particle_source.hpp"
#include "mpi/synthesis/structure_set.hpp"
#include "synthesis/noise_power.hpp"
#include "synthesis/number_table.hpp"

namespace elastem {

namespace {

using cli::SynthesizeOptions;

constexpr double default_background = 0.45;  // image sides: RELION's circle, with room for shifts

// The CTF of the strongest defocus that is drawn.
Ctf strongest(const Recipe& recipe) {
  Ctf ctf = recipe.ctf;
  if (!recipe.optics) return ctf;
  const auto larger = [](Interval values) {
    return std::abs(values.low) > std::abs(values.high) ? values.low : values.high;
  };
  const double defocus = larger(recipe.optics->defocus), half = 0.5 * larger(recipe.optics->astigmatism);
  ctf.defocus_u = defocus + half;
  ctf.defocus_v = defocus - half;
  return ctf;
}

// What follows from the model and the number of particles.
Recipe recipe_of(const SynthesizeOptions& o, const ElasticModel& model) {
  Recipe recipe = o.recipe;
  if (!recipe.amplitude) recipe.amplitude = default_amplitude(model.atom_count());
  if (recipe.grid_points == 0) recipe.grid_points = lattice_points_for(o.count, model.mode_count());
  if (recipe.background_radius == 0) recipe.background_radius = default_background * recipe.grid.size;
  if (!recipe.ctf.enabled) recipe.optics.reset();
  // Without astigmatism there is no angle to speak of.
  if (recipe.optics && recipe.optics->astigmatism == Interval{}) recipe.optics->angle = 0.0;
  return recipe;
}

}  // namespace

RecipeInput read_recipe(const Communicator& comm, const SynthesizeOptions& o, const ElasticModel& model) {
  RecipeInput input{recipe_of(o, model), {}, {}};
  Recipe& recipe = input.recipe;
  require_modes_for(recipe.relation, model.mode_count());
  std::vector<InputFile>& files = input.files;
  if (recipe.relation == Relation::table) {
    if (const std::string& table = o.sources.amplitudes; table.ends_with(".h5"))
      require_modes_of(comm, table, ResultTable::open(comm, table, ResultTable::Access::read).provenance(),
                       o.modes_file, o.matching.accept_mismatch);
    recipe.table = open_amplitudes(comm, o.sources.amplitudes, model.mode_numbers);
    files.push_back({"amplitudes", o.sources.amplitudes});
  }
  if (recipe.relation == Relation::structures) {
    StructureSet set = read_structure_set(comm, o.sources.structures, o.modes_file, model);
    recipe.structures = std::move(set.conformations);
    for (const std::string& file : set.files)
      files.push_back({"structure" + std::to_string(files.size() + 1), file});
  }
  if (const std::string& file = o.sources.views; !file.empty()) {
    recipe.orientation.from_file = open_angles(comm, file, o.count);
    files.push_back({"views", file});
  }
  input.optics = {strongest(recipe)};
  if (const std::string& file = o.sources.optics; !file.empty()) {
    CtfSource source = open_ctfs(comm, file, o.count);
    recipe.ctf_from_file = std::move(source.ctf);
    input.optics = std::move(source.strongest);
    for (Ctf& ctf : input.optics) {
      ctf.correction = recipe.ctf.correction;
      ctf.wiener_constant = recipe.ctf.wiener_constant;
    }
    files.push_back({"ctfs", file});
  }
  if (const std::string& file = o.sources.noise_spectrum; !file.empty()) {
    const Eigen::MatrixXd shells =
        from_root(comm, [&] { return read_number_table(file, 2, "spatial frequency (1/Å) and power"); });
    collectively(comm, [&] { recipe.noise = noise_of_shells(shells, recipe.grid); });
    files.push_back({"noise", file});
  }
  require_possible(recipe, model.mode_count());
  return input;
}

}  // namespace elastem
