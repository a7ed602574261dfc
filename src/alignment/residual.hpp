#pragma once

#include <vector>

#include "alignment/refinement.hpp"
#include "imaging/ctf.hpp"
#include "imaging/image.hpp"
#include "imaging/noise_spectrum.hpp"

namespace elastem {

/// What a fitted model leaves of an image, a value per shell 0 … S/2 (see NoiseSpectrum).
struct Residual {
  /// The shell's sum of |Y − a·CTF·F[proj]|² over its freedom: an estimate of E|N|² without bias.
  std::vector<double> power;
  /// The full grid's terms of the shell less what the fit took of them (taken).
  std::vector<double> freedom;
  /// What the fit took of a shell, tr(G⁻¹·G_r): G_r the shell's part of the Gram matrix G of the K+5
  /// parameters' and the grey scale's derivatives.
  std::vector<double> taken;
  /// What tells a misfit from noise: the power of CTF·(residual) under the model and over all the box, per
  /// degree of freedom. Under: in a window of its projection; over all: so in the window's share of the box,
  /// and in the rest as in the same window half a box further along both axes.
  std::vector<double> under, overall;
  std::vector<double> window_freedom;  ///< terms of the shell times the window's share of the box
};

/// The residual of the model at `placement`, where a fit put it: the grey scale a ≥ 0 is solved in closed
/// form with the weights 1/E|N|² of `noise`. With a soft mask m (empty: 1 everywhere) it is the power of
/// m·(residual), scaled by S²/Σm² to the whole image: what lies outside the mask was never the image's own.
/// At least half of a shell's terms count as free. A pure function. Throws Bug for sizes that do not match.
Residual residual_power(const ElasticModel& model, ImageGrid grid, const Image& image, const Ctf& ctf,
                        const NoiseSpectrum& noise, const Placement& placement, const Image& mask = {});

/// How well the model at `placement` explains the image: z = Σ w·CTF·Re(conj(F[proj])·Y)/√(Σ
/// w·CTF²·|F[proj]|²) over all terms but k = 0, w = 1/E|N|²; z² is the drop of χ², the sign that of the grey
/// scale.
double placement_score(const ElasticModel& model, ImageGrid grid, const Image& image, const Ctf& ctf,
                       const NoiseSpectrum& noise, const Placement& placement);

/// The noise of a set from the residuals of some of its particles: in each shell the median of their powers,
/// so that particles whose alignment failed (signal is left) do not count, divided by (1 − 2/(9ν))³, the
/// median of χ²_ν/ν, ν their mean freedom. A shell in which all have less than 100 degrees of freedom
/// together takes the mean, weighted by freedom, over the fewest neighbours either side that have. Shell 0
/// copies shell 1. See raise_to_floor. At least one residual.
NoiseSpectrum noise_from_residuals(const std::vector<Residual>& residuals);

}  // namespace elastem
