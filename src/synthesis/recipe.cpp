#include "synthesis/recipe.hpp"

#include <cmath>
#include <string>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {

namespace {

[[noreturn]] void refuse(const std::string& option, double value, const std::string& must) {
  throw Error(fmt::format("--{} {:g}: must {}", option, value, must));
}

void require_possible_noise(const Recipe& recipe) {
  if (recipe.snr && !(*recipe.snr > 0 && std::isfinite(*recipe.snr)))
    refuse("snr", *recipe.snr, "be above 0, or none for images without noise");
  if (!(recipe.noise_before_ctf >= 0 && recipe.noise_before_ctf <= 1))
    refuse("noise-before-ctf", recipe.noise_before_ctf, "lie between 0 and 1");
  if (recipe.noise_before_ctf > 0 && !recipe.ctf.enabled)
    throw Error("--noise-before-ctf needs a CTF: give --defocus, or leave it out");
}

void require_possible_grey_scale(const Recipe& recipe) {
  const ImageGrid grid = recipe.grid;
  // Of a circle that fits into the box the corners at least are outside.
  if (recipe.normalisation == Normalisation::background &&
      !(recipe.background_radius > 0 && recipe.background_radius <= grid.size / 2.0)) {
    refuse("background-radius", recipe.background_radius,
           "be above 0 and at most half the image side, in pixels");
  }
  if (recipe.max_resolution != 0 && !(recipe.max_resolution >= 2 * grid.pixel_size &&
                                      recipe.max_resolution <= grid.size * grid.pixel_size / 2)) {
    refuse("max-resolution", recipe.max_resolution, "lie between two pixels and half the image side, in Å");
  }
}

void require_possible_poses(const Recipe& recipe) {
  if (!(recipe.shift_px >= 0 && recipe.shift_px < recipe.grid.size / 2.0))
    refuse("shift-px", recipe.shift_px, "be at least 0 and below half the image side");
  const OrientationDistribution& orientation = recipe.orientation;
  if (!(orientation.spread >= 0 && orientation.spread <= 180))
    refuse("view-spread", orientation.spread, "lie between 0 and 180 degrees");
  if (!(orientation.share >= 0 && orientation.share <= 1))
    refuse("view-share", orientation.share, "lie between 0 and 1");
  for (const auto& view : orientation.preferred)
    if (!(view.weight > 0)) refuse("views: the weight", view.weight, "be above 0");
}

void draw_conformation(const Recipe& recipe, Eigen::Index mode_count, std::uint64_t index,
                       Conformer& conformer) {
  Random random(recipe.seed, Stream::conformation, index);
  if (recipe.relation == Relation::grid) {
    conformer.amplitudes = lattice_point(index, recipe.grid_points, recipe.amplitude.value_or(0), mode_count);
  } else if (recipe.relation == Relation::table) {
    conformer.amplitudes = recipe.table(index);
  } else if (recipe.relation == Relation::structures) {
    const KnownConformation& known = recipe.structures[random.below(recipe.structures.size())];
    conformer.amplitudes = known.amplitudes;
    conformer.atoms = known.atoms;
    conformer.structure = known.name;
  } else {
    conformer.amplitudes = draw_amplitudes(recipe.relation, recipe.amplitude.value_or(0), mode_count, random);
  }
}

// Along one axis, in pixels.
double draw_shift(const Recipe& recipe, Random& random) {
  if (recipe.shift == ShiftDistribution::uniform) return random.uniform(-recipe.shift_px, recipe.shift_px);
  double shift = 0;
  do shift = recipe.shift_px * random.normal();
  while (std::abs(shift) > recipe.grid.size / 2.0);
  return shift;
}

Ctf ctf_of(const Recipe& recipe, std::uint64_t index) {
  if (recipe.ctf_from_file) {
    Ctf ctf = recipe.ctf_from_file(index);
    ctf.correction = recipe.ctf.correction;
    ctf.wiener_constant = recipe.ctf.wiener_constant;
    return ctf;
  }
  return recipe.optics ? draw_ctf(*recipe.optics, recipe.ctf, recipe.seed, index) : recipe.ctf;
}

}  // namespace

Recipe reference_experiment() {
  Recipe recipe;
  recipe.grid_points = 0;
  recipe.grid = {64, 2.2};
  recipe.ctf.voltage_kv = 200;
  recipe.ctf.cs_mm = 2;
  recipe.optics.emplace();
  recipe.optics->defocus = {5000, 5000};
  recipe.optics->angle.reset();
  return recipe;
}

void require_possible(const Recipe& recipe, Eigen::Index mode_count) {
  if (recipe.grid.size < 8)
    throw Error(fmt::format("--size {}: an image needs 8 pixels or more", recipe.grid.size));
  if (!(recipe.grid.pixel_size > 0)) refuse("pixel-size", recipe.grid.pixel_size, "be above 0 Å");
  require_possible_noise(recipe);
  require_possible_grey_scale(recipe);
  require_possible_poses(recipe);
  if (!std::isfinite(recipe.amplitude.value_or(0))) throw Error("--amplitude must be a number of Å");
  if (recipe.grid_points < 2) refuse("grid-points", recipe.grid_points, "be 2 or more");
  require_modes_for(recipe.relation, mode_count);
  require(recipe.relation != Relation::table || recipe.table, "the relation has its table");
  require(recipe.relation != Relation::structures || !recipe.structures.empty(),
          "the relation has its structures");
}

Conformer draw_conformer(const Recipe& recipe, Eigen::Index mode_count, std::uint64_t index) {
  Conformer conformer;
  draw_conformation(recipe, mode_count, index, conformer);
  const Eigen::Vector3d angles = draw_orientation(recipe.orientation, recipe.seed, index);
  conformer.pose.rot = angles[0];
  conformer.pose.tilt = angles[1];
  conformer.pose.psi = angles[2];
  Random shift(recipe.seed, Stream::shift, index);
  for (const int axis : {0, 1})
    conformer.pose.shift[axis] = draw_shift(recipe, shift) * recipe.grid.pixel_size;
  conformer.ctf = ctf_of(recipe, index);
  return conformer;
}

}  // namespace elastem
