#include "mpi/landscape/coordinate_profiles.hpp"

#include <algorithm>
#include <limits>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/landscape/landscape_passes.hpp"
#include "mpi/landscape/particle_counts.hpp"

namespace elastem {
namespace {

// What the particles of this rank say of a coordinate.
struct OwnValues {
  std::vector<MotionCoordinate::Estimate> estimates;
  std::vector<std::int64_t> rows;
};

OwnValues own_values(const LandscapePasses& passes, const MotionCoordinate& coordinate) {
  OwnValues own;
  passes.for_each_estimate([&](std::int64_t row, const AmplitudeEstimate& estimate) {
    const MotionCoordinate::Estimate value = coordinate.at(estimate.amplitudes, estimate.covariance);
    if (!std::isfinite(value.value) || !(value.error > 0) || !std::isfinite(value.error)) return;
    own.estimates.push_back(value);
    own.rows.push_back(row);
  });
  return own;
}

Profile profile_of(const LandscapePasses& passes, const std::string& text, const OwnValues& own) {
  constexpr double none = std::numeric_limits<double>::max();
  double low = none, high = -none, least = none, largest = 0;
  for (const auto& [value, error] : own.estimates) {
    low = std::min(low, value);
    high = std::max(high, value);
    least = std::min(least, error);
    largest = std::max(largest, error);
  }
  const Communicator& comm = passes.comm();
  low = comm.min(low);
  high = comm.max(high);
  if (low > high)
    throw Error(fmt::format("option --coordinate: no particle has a value of {} with an error", text));
  const double margin = std::max(0.05 * (high - low), 1e-6);
  return profile_of_particles(passes, {low - margin, high + margin}, least, largest,
                              [&](const ValueUse& use) {
                                for (std::size_t i = 0; i < own.rows.size(); ++i)
                                  use(own.rows[i], own.estimates[i].value, own.estimates[i].error);
                              });
}

}  // namespace

void require_error_bars(const ResultTable& table, const std::string& option) {
  if (!table.has_fits())
    throw Error(
        fmt::format("option {}: the result has no error bars, which a distribution is freed of: give "
                    "one of align, or of predict --refine",
                    option));
}

std::vector<CoordinateProfile> coordinate_profiles(const Communicator& comm, const ResultTable& table,
                                                   const LandscapeSettings& settings,
                                                   const std::vector<MotionCoordinate>& coordinates) {
  if (coordinates.empty()) return {};
  require_error_bars(table, "--coordinate");
  const LandscapePasses passes(comm, table, settings);
  std::vector<CoordinateProfile> profiles;
  for (const MotionCoordinate& coordinate : coordinates)
    profiles.push_back({coordinate.text(), coordinate.unit(),
                        profile_of(passes, coordinate.text(), own_values(passes, coordinate))});
  return profiles;
}

}  // namespace elastem
