#pragma once

#include <span>
#include <vector>

#include "alignment/residual.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// How much more of the images than noise is left under the particle, by resolution: what the model cannot
/// express (its conformations, its density). It is not spread over the box as noise is but lies where the
/// derivatives of the parameters lie, too, so that each of them meets a noise that is larger by this factor.
struct Misfit {
  double box = 0;              ///< Å, side of the box whose shells r, of the frequency r/box, are meant
  std::vector<double> factor;  ///< of a shell's noise power, at least 1; empty: 1 everywhere
  /// Of the variance of a parameter the share that is the misfit's, 1 − Σ_r taken_r/factor_r over Σ_r
  /// taken_r. It is the same for particles that look alike, so that no number of them averages it out.
  double share = 0;

  /// The factor at every term of the half grid of images of this grid, linear in the frequency between
  /// shells.
  std::vector<double> on_half_grid(ImageGrid grid) const;
};

/// The misfit from the residuals of a sample, those of failed alignments among them: in each shell, and in as
/// many neighbours as make their ratio sure to 5 %, the median over the particles of the residual's power
/// under the model over that of the whole box, which the noise spectrum holds (Residual::under, overall),
/// less its standard error; 1 at least. Images without noise have the inverse of the particle's share of the
/// box. `box`: Å. A pure function.
Misfit misfit_of_residuals(std::span<const Residual> residuals, double box);

}  // namespace elastem
