#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mpi/particles/row_match.hpp"
#include "mpi/storage/result_table.hpp"
#include "particles/particle_file.hpp"

namespace elastem {

/// A table of results and where it was read from.
struct NamedTable {
  const std::string& path;
  const ResultTable& table;
};

/// What a table remembers of the pixel sizes of its particles, in Å: shifts in Å mean something with them
/// alone.
StoredVector stored_pixel_sizes(std::vector<double> sizes);

/// For match_rows; must not outlive what they are of.
KeyedRows keyed_rows(const ParticleFile& file);
KeyedRows keyed_rows(const NamedTable& named);

/// Which row of a result each particle of a file has (match_rows). Warns of particles that the result lacks
/// and of what else does not fit where `accept_mismatch` says so. Collective. Throws Error as match_rows
/// does, when the stack that the result was made from now holds other images (its fingerprint, where both are
/// known), and when the first particle has none of the stored pixel sizes.
RowMatch match_particles(const Communicator& comm, const ParticleFile& file, Range part,
                         const NamedTable& result, bool accept_mismatch);

/// Which row of the truth each row of a result has; otherwise the same. Refuses tables whose provenance says
/// that they were made from, or with, other images.
RowMatch match_results(const Communicator& comm, const NamedTable& result, Range part,
                       const NamedTable& truth, bool accept_mismatch);

/// Which row of a particle file that holds the truth each row of a result has; otherwise the same. Refuses a
/// truth whose stack now holds other images than those that the result was made from, or of another pixel
/// size.
RowMatch match_truth(const Communicator& comm, const NamedTable& result, Range part,
                     const ParticleFile& truth, bool accept_mismatch);

/// Brings wanted rows, in any order, into runs of rows that lie close together: calls `use(run, places)` for
/// each, ascending, where rows[p] lies in the run for each of the `places` p. Rows that are RowMatch::none
/// are left out.
void for_each_run(std::span<const std::int64_t> rows,
                  const std::function<void(Range run, std::span<const std::size_t> places)>& use);

/// The rows of a table in any order, read in runs; a row that is RowMatch::none comes as pending. Any rank,
/// independent.
std::vector<ParticleResult> matched_rows(const ResultTable& table, std::span<const std::int64_t> rows,
                                         ResultTable::Details details = ResultTable::Details::none);

}  // namespace elastem
