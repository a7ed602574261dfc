#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mpi/particles/result_match.hpp"
#include "particles/keyed_text.hpp"
#include "selection/particle_quantity.hpp"

namespace elastem {

/// The table of particles in the folder of a landscape.
std::string landscape_rows_path(const std::string& folder);

/// What the folder of a landscape (write_state_rows) tells of each particle: the likeliest state,
/// probabilities of the states, components.
class LandscapeRows {
 public:
  /// Collective. Throws Error: no such folder, or one without such a table.
  LandscapeRows(const Communicator& comm, const std::string& folder);

  const LandscapeColumns& columns() const { return columns_; }
  const KeyedText& text() const { return text_; }

  /// The values of rows of the landscape's table, as ParticleRow::landscape wants them, columns().count() for
  /// each of `rows`; NaN where it tells none and where the row is RowMatch::none. Any rank.
  std::vector<double> values(std::span<const std::int64_t> rows) const;

 private:
  KeyedText text_;
  LandscapeColumns columns_;
  std::vector<std::size_t> places_;  // of the values in a row of the text
};

}  // namespace elastem
