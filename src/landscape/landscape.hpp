#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "landscape/distribution.hpp"
#include "landscape/paths.hpp"
#include "landscape/plane.hpp"
#include "landscape/principal_components.hpp"
#include "landscape/profile.hpp"
#include "landscape/states.hpp"
#include "landscape/trajectory.hpp"

namespace elastem {

/// A particle in the plane of the first two components.
struct LandscapePoint {
  double x = 0, y = 0;  ///< Å
  double colour = 0;    ///< the third component in Å, or the score where there are but two
};

/// The truth along a coordinate that a user defines.
struct CoordinateProfile {
  std::string text, unit;  ///< as the user wrote it; "Å" or "degrees"
  Profile profile;
};

/// The conformations of many particles: their principal components, how they are distributed along the first
/// two, and the path along the first.
struct Landscape {
  std::int64_t done = 0;  ///< particles that take part
  std::int64_t failed = 0, pending = 0;
  std::int64_t outliers = 0;  ///< particles that were left out, as the structure does not explain them
  PrincipalComponents components;
  std::vector<TrajectoryFrame> frames;
  GridAxis x, y;            ///< what the plots show of the first two components
  Eigen::ArrayXXd density;  ///< particles per Å² on DensityGrid's bins, component 1 down the rows; where
                            ///< errors are taken off 0 where the data do not tell
  std::vector<LandscapePoint> points;  ///< a sample of the particles

  // Of a result with error bars, errors taken off.
  std::optional<Profile> profile;            ///< along the first component
  std::optional<Plane> plane;                ///< of the first two, from a sample; `density` is then of it
  std::optional<States> states;              ///< in the first few components
  std::vector<Eigen::VectorXd> state_means;  ///< K: the mean amplitudes of each state's particles
  int drawn_sets = 0, sets_alike = 0;        ///< sets drawn from the sample, and those with as many states
  std::vector<StatePath> paths;              ///< between the states, then those that the user chose
  std::vector<std::vector<Eigen::VectorXd>> path_amplitudes;  ///< K of each point of each path

  std::vector<CoordinateProfile> coordinates;  ///< that the user asked for

  std::int64_t rows() const { return done + failed + pending + outliers; }
};

/// Whether most sets drawn from the particles, two of three, have as many states; true where none were drawn.
inline bool number_is_sure(const Landscape& landscape) {
  return 3 * landscape.sets_alike >= 2 * landscape.drawn_sets;
}

/// Coordinates along the first two components; the second is 0 where there is but one.
Eigen::Vector2d plane_coordinates(const PrincipalComponents& components, const Eigen::VectorXd& amplitudes);

/// The range that holds all but two in a thousand of the entries, with a margin: a few far ones must not
/// squash the rest.
GridAxis axis_of(const Histogram& histogram);

/// Standard deviation (Å) of the Gaussian that smooths the density along a component: half of what Scott's
/// rule gives, which is made for one normal distribution, so that the arms of a bent distribution and the
/// parts of a clustered one stay apart. 0 where there is no such component.
double landscape_bandwidth(const PrincipalComponents& components, Eigen::Index component, std::int64_t count);

}  // namespace elastem
