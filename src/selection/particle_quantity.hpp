#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "imaging/particle.hpp"

namespace elastem {

/// What the folder of a landscape tells of each particle.
struct LandscapeColumns {
  std::string path;
  std::size_t states = 0;      ///< 0: no states are told
  std::size_t components = 0;  ///< the first so many

  std::size_t count() const { return (states > 0 ? 1 + states : 0) + components; }
};

/// What is known of the particles of a table.
struct QuantityContext {
  std::string path;  ///< of the table, for messages
  std::vector<int> modes;
  bool fits = false;                          ///< whether the table has the details of fits
  std::optional<LandscapeColumns> landscape;  ///< where there is one
};

/// One particle.
struct ParticleRow {
  std::int64_t row = 0;  ///< of the table, from 0
  const ParticleResult& result;
  /// The likeliest state, the probabilities of the states, the components [Å]; empty where they are not
  /// known.
  std::span<const double> landscape;
};

/// A number that an expression calls by a name: docs/selection.md lists them.
class ParticleQuantity {
 public:
  /// Throws Error, a sentence: no such name, a mode that the table does not have, no landscape.
  ParticleQuantity(const std::string& name, const QuantityContext& context);

  /// Whether it is a condition by itself: 1 or 0.
  bool flag() const { return flag_; }
  /// Whether it comes from the landscape.
  bool of_landscape() const { return of_landscape_; }
  /// NaN where the particle has no such value, as one that is not done.
  double value(const ParticleRow& row) const {
    if (!always_ && row.result.state != ParticleState::done) return std::numeric_limits<double>::quiet_NaN();
    return value_(row, place_);
  }

 private:
  using Value = double (*)(const ParticleRow&, std::size_t place);
  bool find_fixed(const std::string& name, const QuantityContext& context);
  bool find_of_mode(const std::string& name, const QuantityContext& context);
  bool find_of_landscape(const std::string& name, const QuantityContext& context);

  Value value_ = nullptr;
  std::size_t place_ = 0;
  bool flag_ = false, always_ = false, of_landscape_ = false;
};

}  // namespace elastem
