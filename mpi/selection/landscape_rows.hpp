#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mpi/particles/result_match.hpp"
#include "mpi/selection/landscape_record.hpp"
#include "particles/keyed_text.hpp"
#include "selection/particle_quantity.hpp"

namespace elastem {

/// What the folder of a landscape (write_state_rows) tells of each particle: the likeliest state,
/// probabilities of the states, components.
class LandscapeRows {
 public:
  /// Collective. Throws Error: no such folder, or one without such a table, or (a warning with
  /// `accept_mismatch`) a table that is not whole, as the folder's record (LandscapeRecord) tells.
  LandscapeRows(const Communicator& comm, const std::string& folder, bool accept_mismatch);

  const LandscapeColumns& columns() const { return columns_; }

  /// Which row of the landscape's table each of `part` of a result's rows has. Throws Error (a warning with
  /// `accept_mismatch`) where the landscape is of other images of the same names. Collective.
  RowMatch match(const Communicator& comm, const NamedTable& table, Range part, bool accept_mismatch) const;

  /// The values of rows of the landscape's table, as ParticleRow::landscape wants them, columns().count() for
  /// each of `rows`; NaN where it tells none and where the row is RowMatch::none. Any rank.
  std::vector<double> values(std::span<const std::int64_t> rows) const;

 private:
  void require_whole(const Communicator& comm, bool accept_mismatch) const;

  std::string folder_;
  KeyedText text_;
  LandscapeColumns columns_;
  std::vector<std::size_t> places_;  // of the values in a row of the text
};

}  // namespace elastem
