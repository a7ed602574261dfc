#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verification/spread.hpp"

namespace elastem {

/// What a set of particles and its rigid twins say of one direction: a mode that was fitted, or a decoy. The
/// twins are images of a molecule that does not move, with the poses, CTFs and noise of the set: of the
/// model, and of the map that the set's own images give, which looks like the images where the model does
/// not. Å as an amplitude.
struct Direction {
  int mode = 0;         ///< its number; of a decoy 0
  double error = 0;     ///< of one image
  double variance = 0;  ///< V of the set, Å²: what its errors do not explain (DirectionSpread)
  double variance_error = 0;
  double model_twin = 0, map_twin = 0;  ///< V of the twins, Å²
  double model_excess = 0;              ///< x' = ln of the pulls' variance over that of the model's twin
  double model_z = 0;                   ///< x' in standard errors
  double excess = 0;                    ///< x, the same over the map's twin
  double excess_error = 0;
  double z = 0;                ///< standard errors by which x exceeds the decoys'
  double false_discovery = 1;  ///< of all modes that are at least so clear, the share that does not move
  double least_seen = 0;       ///< Å: standard deviation of a motion that would be seen in 95 of 100 sets

  /// Whether it spreads more than that of a rigid molecule of the model's density: motion or misfit.
  bool spreads() const { return model_z > certain; }
  /// Whether more than misfit is seen.
  bool moves() const { return spreads() && z > certain; }

  static constexpr double certain = 3.3;  ///< standard errors: 99.95 % of a normal distribution
};

enum class Finding {
  motion,        ///< some mode moves
  misfit,        ///< the spread is explained by what the model cannot express
  nothing_seen,  ///< no mode spreads more than in a rigid molecule
};

/// Whether the molecule moves.
struct Verification {
  Finding finding = Finding::nothing_seen;
  bool misfit = false;  ///< decoys spread more than in a rigid molecule of the model's density
  std::int64_t particles = 0;
  std::vector<Direction> modes, decoys;
  double decoy_excess = 0;        ///< x̄ of the decoys, at least 0
  double decoy_excess_error = 0;  ///< its standard error and the decoys' own scatter, added in squares
  double decoy_z = 0;             ///< the mean of the decoys' x, which may be below 0, in its standard errors
  int decoys_called = 0;          ///< decoys that would be called moving if each were a mode
};

/// Whether the map's twin spreads more than the set where nothing should move. A motion blurs the map that
/// the twin is of, so that its images look less like the model than the set's do: then smaller motions beside
/// a large one may not be told from misfit.
inline bool twin_is_blurred(const Verification& found) {
  return found.decoy_z < -Direction::certain;
}

/// What the particles say of directions of which the first `numbers.size()` are modes, the others decoys: of
/// the set and of each twin the spread of all directions, of `particles` particles each.
///
/// A spread that errors do not explain may be motion, errors that are too small, or what the model cannot
/// express: an image of another density pulls at every amplitude. The model's twin has the same errors; the
/// map's twin has that density, too, and the pull of it; and decoys, in which nothing moves, say how far the
/// twin falls short of it. So a mode moves where its pulls exceed those of the model's twin by more than 3.3
/// standard errors, and where x_k = ln p/p' (p the pulls' variance, p' that of the map's twin) exceeds the
/// mean of the decoys, max(0, x̄), by more than 3.3 of √(s_k² + s̄² + τ²): s_k² the sum of the squared relative
/// errors of p and p', and τ² the variance of the decoys' x beyond their own errors. False discovery rates
/// are those of Benjamini & Hochberg (1995) for one-sided p = 1 − Φ(z). A pure function.
Verification verification_of(const std::vector<int>& numbers, std::int64_t particles,
                             const std::vector<DirectionSpread>& set,
                             const std::vector<DirectionSpread>& model_twin,
                             const std::vector<DirectionSpread>& map_twin);

/// The verdict in a sentence or two, with RMSD for `atoms` atoms.
std::string verification_sentence(const Verification& found, double atoms);
/// What to say of a twin that is blurred (twin_is_blurred) where it leaves modes open; empty else.
std::string blur_warning(const Verification& found);
/// "moves", "not told from misfit" or "no motion seen".
std::string direction_verdict(const Direction& d);
/// A heading and a line per direction for a log. RMSD in Å for `atoms` atoms.
std::vector<std::string> verification_table(const Verification& found, double atoms);

}  // namespace elastem
