#include "synthesis/recipe.hpp"

#include <cmath>
#include <string>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/units.hpp"

namespace elastem {

void require_possible(const Recipe& recipe, Eigen::Index mode_count) {
  const auto refuse = [](const std::string& what) { throw Error(what); };
  if (recipe.grid.size < 8)
    refuse("--size " + std::to_string(recipe.grid.size) + ": an image needs 8 pixels or more");
  if (!(recipe.grid.pixel_size > 0)) {
    refuse("--pixel-size " + std::to_string(recipe.grid.pixel_size) + ": must be above 0 Å");
  }
  if (recipe.snr && !(*recipe.snr > 0 && std::isfinite(*recipe.snr))) {
    refuse("--snr " + std::to_string(*recipe.snr) + ": must be above 0, or none for images without noise");
  }
  if (!(recipe.noise_before_ctf >= 0 && recipe.noise_before_ctf <= 1)) {
    refuse("--noise-before-ctf " + std::to_string(recipe.noise_before_ctf) + ": must lie between 0 and 1");
  }
  if (recipe.noise_before_ctf > 0 && !recipe.ctf.enabled) {
    refuse("--noise-before-ctf needs a CTF: give --defocus, or leave it out");
  }
  if (!(recipe.shift_px >= 0 && recipe.shift_px < recipe.grid.size / 2.0)) {
    refuse("--shift-px " + std::to_string(recipe.shift_px) +
           ": must be at least 0 and below half the image side");
  }
  if (!std::isfinite(recipe.amplitude)) refuse("--amplitude must be a number of Å");
  require_modes_for(recipe.relation, mode_count);
}

Conformer draw_conformer(const Recipe& recipe, Eigen::Index mode_count, std::uint64_t index) {
  Conformer conformer;
  Random conformation(recipe.seed, Stream::conformation, index);
  conformer.amplitudes = draw_amplitudes(recipe.relation, recipe.amplitude, mode_count, conformation);

  Random orientation(recipe.seed, Stream::orientation, index);
  conformer.pose.rot = orientation.uniform(-180.0, 180.0);
  conformer.pose.tilt = std::acos(1.0 - 2.0 * orientation.uniform()) * degrees_per_radian;
  const double psi = orientation.uniform(-180.0, 180.0);
  conformer.pose.psi = recipe.psi_uniform ? psi : 0.0;

  Random shift(recipe.seed, Stream::shift, index);
  const double reach = recipe.shift_px * recipe.grid.pixel_size;
  conformer.pose.shift.x() = shift.uniform(-reach, reach);
  conformer.pose.shift.y() = shift.uniform(-reach, reach);

  conformer.ctf = recipe.ctf;
  return conformer;
}

}  // namespace elastem
