#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "landscape/profile.hpp"
#include "mpi/landscape/table_landscape.hpp"

namespace elastem {

class LandscapePasses;

/// How the particles of a landscape count: copies of one image are drawn together, and weights even out the
/// views. The same on any number of ranks.
class ParticleCounts {
 public:
  /// Of the selected rows of a table that take part. `even_views`: with weights (ViewDensity). Logs what is
  /// found. Collective.
  ParticleCounts(const Communicator& comm, const ResultTable& table, const LandscapeSettings& settings,
                 bool even_views);

  /// Whether each row is of an image of its own and counts once.
  bool plain() const { return images_.empty() && weights_.empty(); }
  bool even_views() const { return !weights_.empty(); }
  /// Of one of this rank's rows that take part.
  double weight(std::int64_t row) const { return weights_.empty() ? 1 : weights_[place(row)]; }
  /// A number that rows of one image share, never 0; 0 where plain.
  std::uint64_t image(std::int64_t row) const;

 private:
  std::size_t place(std::int64_t row) const { return static_cast<std::size_t>(row - first_); }

  std::int64_t first_ = 0;
  std::vector<std::uint64_t> images_;  // of this rank's rows; empty: each is of its own
  std::vector<double> weights_;        // empty: 1
};

/// The profile of values of the particles with their errors: `values` calls its argument with row, value and
/// error of those of this rank. Collective.
using ValueUse = std::function<void(std::int64_t row, double value, double error)>;
Profile profile_of_particles(const LandscapePasses& passes, GridAxis axis, double least_error,
                             double largest_error, const std::function<void(const ValueUse&)>& values);

}  // namespace elastem
