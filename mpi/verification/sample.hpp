#pragma once

#include <cstdint>
#include <vector>

#include "mpi/particles/particle_set.hpp"
#include "mpi/particles/row_match.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

/// A particle that a verification looks at: its row in the particle file and in the result.
struct SampledRow {
  std::int64_t particle = 0, result = 0;
};

/// At most `most` particles that were aligned and are no outliers, one at random from each of as many strata
/// of the particle file, in its order, none twice of one image (symmetry expansion); the same on every rank,
/// for any number of ranks. `match`: of the particle file's rows, each rank an equal share. Collective.
std::vector<SampledRow> sample_of(const Communicator& comm, const RowMatch& match, const ResultTable& table,
                                  std::int64_t most);

}  // namespace elastem
