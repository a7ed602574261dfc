#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mpi/comm/work_queue.hpp"
#include "mpi/particles/result_match.hpp"
#include "options/selection_options.hpp"

namespace elastem {

/// Which rows of a table or of a particle file are selected, each rank knowing of its own.
class RowSelection {
 public:
  /// Of `rows`, this rank's, those that are `chosen`; the ranks' are consecutive and together all rows.
  /// Collective.
  RowSelection(const Communicator& comm, Range rows, const std::vector<std::uint8_t>& chosen);

  const Range& rows() const { return rows_; }
  /// Of all ranks.
  std::int64_t selected() const { return selected_; }
  std::int64_t all() const { return all_; }

  /// Where one of this rank's rows stands among those that are selected, from 0; −1: it is not.
  std::int64_t place(std::int64_t row) const { return places_[static_cast<std::size_t>(row - rows_.first)]; }
  bool holds(std::int64_t row) const { return place(row) >= 0; }

 private:
  Range rows_;
  std::vector<std::int64_t> places_;
  std::int64_t selected_ = 0, all_ = 0;
};

/// The rows of a table that options select, each rank its own_rows; none: the user selects nothing, so all.
/// An expression's quantiles, means and deviations are of all particles that are done, the same on any number
/// of ranks. Memory: the quantities that the expression names, of a rank's own rows. Logs how many are
/// selected. Collective. Throws Error that names the option: not understood, no particle selected, a
/// landscape of other particles or one that is not whole (a warning with `accept_mismatch`).
std::optional<RowSelection> selected_rows(const Communicator& comm, const NamedTable& table,
                                          const cli::SelectionOptions& options, bool accept_mismatch);

/// The rows of a particle file, without results, that a saved selection names; each rank an equal share.
/// Collective. Throws Error: an expression.
std::optional<RowSelection> selected_rows(const Communicator& comm, const ParticleFile& file,
                                          const cli::SelectionOptions& options);

/// Leaves out of a match with a table those of its rows that are not selected (`others` is `none` there), and
/// counts them. Each rank asks those that know of the rows. Collective.
void keep_selected(const Communicator& comm, const std::optional<RowSelection>& selection, RowMatch& match);

/// The files behind a selection, by what provenance calls them: the saved selection, the landscape's table.
std::vector<InputFile> selection_files(const cli::SelectionOptions& options);

}  // namespace elastem
