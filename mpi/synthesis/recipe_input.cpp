#include "mpi/synthesis/recipe_input.hpp"

#include <cmath>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "mpi/synthesis/amplitude_table.hpp"
#include "mpi/synthesis/particle_source.hpp"
#include "mpi/synthesis/structure_set.hpp"
#include "synthesis/noise_power.hpp"
#include "synthesis/number_table.hpp"

namespace elastem {

namespace {

using cli::SynthesizeOptions;

constexpr double default_background = 0.45;  // image sides: RELION's circle, with room for shifts

Normalisation normalisation_of(const std::string& name) {
  if (name == "image") return Normalisation::image;
  return name == "background" ? Normalisation::background : Normalisation::none;
}

CtfCorrection correction_of(const std::string& name) {
  if (name == "phase-flip") return CtfCorrection::phase_flip;
  if (name == "premultiply") return CtfCorrection::premultiply;
  return name == "wiener" ? CtfCorrection::wiener : CtfCorrection::none;
}

void set_poses(const cli::PoseOptions& o, Recipe& recipe) {
  for (const auto& [rot, tilt, weight] : o.views) recipe.orientation.preferred.push_back({rot, tilt, weight});
  recipe.orientation.spread = o.view_spread;
  recipe.orientation.share = o.view_share;
  recipe.orientation.psi_uniform = o.psi_uniform;
  recipe.shift_px = o.shift_px;
  recipe.shift =
      o.shift_distribution == "gaussian" ? ShiftDistribution::gaussian : ShiftDistribution::uniform;
}

void set_optics(const cli::OpticsOptions& o, Recipe& recipe) {
  Ctf& ctf = recipe.ctf;
  ctf.enabled = o.ctf;
  ctf.voltage_kv = o.voltage_kv;
  ctf.cs_mm = o.cs_mm;
  ctf.amplitude_contrast = o.amplitude_contrast;
  ctf.b_factor = o.b_factor;
  ctf.correction = correction_of(o.correction);
  ctf.wiener_constant = o.wiener_constant;
  if (!o.ctf) return;
  // Without astigmatism there is no angle to speak of.
  const auto angle = o.astigmatism == Interval{} ? std::optional<double>(0.0) : o.angle;
  recipe.optics = {o.defocus, o.astigmatism, angle, o.phase_shift};
}

void set_grey_scale(const cli::GreyScaleOptions& o, Recipe& recipe) {
  recipe.snr = o.snr;
  recipe.noise_before_ctf = o.noise_before_ctf;
  recipe.max_resolution = o.max_resolution;
  recipe.normalisation = normalisation_of(o.normalise);
  recipe.background_radius = o.background_radius.value_or(default_background * recipe.grid.size);
  recipe.invert = o.invert;
  recipe.bounds = o.bounds == "all";
}

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

Recipe recipe_of(const SynthesizeOptions& o, const ElasticModel& model) {
  Recipe recipe;
  recipe.seed = o.common.seed;
  recipe.grid = {o.size, o.pixel_size};
  recipe.relation = parse_relation(o.conformations.relation);
  recipe.amplitude = o.conformations.amplitude.value_or(default_amplitude(model.atom_count()));
  recipe.grid_points = o.conformations.grid_points.value_or(lattice_points_for(o.count, model.mode_count()));
  set_poses(o.poses, recipe);
  set_optics(o.optics, recipe);
  set_grey_scale(o.grey_scale, recipe);
  return recipe;
}

}  // namespace

RecipeInput read_recipe(const Communicator& comm, const SynthesizeOptions& o, const ElasticModel& model) {
  RecipeInput input{recipe_of(o, model), {}, {}};
  Recipe& recipe = input.recipe;
  require_modes_for(recipe.relation, model.mode_count());
  std::vector<InputFile>& files = input.files;
  if (recipe.relation == Relation::table) {
    recipe.table = open_amplitudes(comm, o.conformations.amplitudes, model.mode_numbers);
    files.push_back({"amplitudes", o.conformations.amplitudes});
  }
  if (recipe.relation == Relation::structures) {
    StructureSet set = read_structure_set(comm, o.conformations.structures, o.modes_file, model);
    recipe.structures = std::move(set.conformations);
    for (const std::string& file : set.files)
      files.push_back({"structure" + std::to_string(files.size() + 1), file});
  }
  if (const std::string& file = o.poses.views_file; !file.empty()) {
    recipe.orientation.from_file = open_angles(comm, file, o.count);
    files.push_back({"views", file});
  }
  input.optics = {strongest(recipe)};
  if (const std::string& file = o.optics.file; !file.empty()) {
    CtfSource source = open_ctfs(comm, file, o.count);
    recipe.ctf_from_file = std::move(source.ctf);
    input.optics = std::move(source.strongest);
    for (Ctf& ctf : input.optics) {
      ctf.correction = recipe.ctf.correction;
      ctf.wiener_constant = recipe.ctf.wiener_constant;
    }
    files.push_back({"ctfs", file});
  }
  if (const std::string& file = o.grey_scale.noise_spectrum; !file.empty()) {
    const Eigen::MatrixXd shells =
        from_root(comm, [&] { return read_number_table(file, 2, "spatial frequency (1/Å) and power"); });
    collectively(comm, [&] { recipe.noise = noise_of_shells(shells, recipe.grid); });
    files.push_back({"noise", file});
  }
  require_possible(recipe, model.mode_count());
  return input;
}

}  // namespace elastem
