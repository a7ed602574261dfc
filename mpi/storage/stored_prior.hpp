#pragma once

#include <optional>
#include <string>

#include "alignment/prior_learning.hpp"
#include "mpi/storage/hdf5_file.hpp"

namespace elastem {

/// The learnt prior of a result table, under /prior: of fixed size and allocated when the table is made, so
/// that nothing but raw values is written later. Schema: docs/files.md.
void create_stored_prior(hid_t file, std::size_t modes);
bool has_stored_prior(hid_t file);
/// Writes all values, the number of learners last: until then there is no prior. By one rank.
void write_stored_prior(hid_t file, const LearntPrior& learnt);
/// None where none was learnt. By one rank.
std::optional<LearntPrior> read_stored_prior(hid_t file, std::size_t modes);

}  // namespace elastem
