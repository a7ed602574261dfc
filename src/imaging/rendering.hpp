#pragma once

#include <vector>

#include "imaging/elastic_model.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// What is drawn in a model's place where only detail down to a resolution matters: a grid over the same
/// physical box, atoms wide enough for its pixels, and what makes the widening good in Fourier space:
///   F[model](k) = deblurring(k) · F[drawn](k) below the resolution.
struct Rendering {
  ElasticModel model;
  ImageGrid grid;
  double resolution = 0;          ///< Å, finest detail that the drawing is good for; 0: all
  std::vector<float> deblurring;  ///< on the grid's half grid; empty: 1

  /// Largest |k| of the detail, in units of 1/(S·p); for resolution 0 all terms.
  double band_radius() const;
};

/// The model as it is, on `full`; with a resolution (Å, 0: all), on the coarsest grid that holds it with a
/// quarter to spare (cropped_grid of 0.8 · resolution), its Gaussians widened to 0.93 pixels where they are
/// narrower: aliases are then 4 % of the terms at the band's edge and 0.1 % at three quarters of it. Where no
/// coarser grid is found the model is drawn exactly.
Rendering rendering(const ElasticModel& model, ImageGrid full, double resolution);

/// The same, roughly and cheaply: beads in place of the atoms that share a cell of 0.45 · resolution, widened
/// to 0.69 pixels (aliases: 15 % at the edge, 2 % at three quarters).
Rendering bead_rendering(const ElasticModel& model, ImageGrid full, double resolution);

/// One bead for the atoms in each cube of side `cell` (Å): at their centre of weight, moved by each mode's
/// weighted mean displacement and turned by its weighted mean rotation, a Gaussian of the mean variance Σ w
/// (σ² + |r − r_bead|²/3) / Σ w over all atoms. Modes are not of unit norm over the beads: amplitudes keep
/// their meaning.
ElasticModel beads(const ElasticModel& model, double cell);

}  // namespace elastem
