#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mpi/particles/row_match.hpp"
#include "options/selection_options.hpp"
#include "particles/keyed_text.hpp"

namespace elastem {

/// A text with a line per particle, which rank 0 scans and each rank reads where it needs it. Collective.
/// Throws Error.
KeyedText open_keyed_text(const Communicator& comm, const std::string& path);

/// Its rows, for match_rows; must not outlive it.
KeyedRows keyed_rows(const KeyedText& text);

/// Whether a selection is a file's name and no expression, by its ending.
bool names_saved_selection(const std::string& text);

/// Which of this rank's `part` of the rows a saved selection names: match_rows, so that of several rows of
/// one image as many are meant as the file names it, or all where it names it once. Logs how many of the
/// file's are none of them. Collective. Throws Error that names the option.
std::vector<std::uint8_t> in_saved_selection(const Communicator& comm, const KeyedRows& rows, Range part,
                                             const cli::SelectionOptions& options);

}  // namespace elastem
