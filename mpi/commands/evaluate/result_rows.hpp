#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "imaging/particle.hpp"
#include "mpi/particles/row_match.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/evaluate_options.hpp"

namespace elastem {

/// What of the result is evaluated. Throws Error when it does not say what the images alone say.
ResultTable::Details evaluated_details(const cli::EvaluateOptions& o, const ResultTable& result);

/// Calls `use(first row, rows, their rows of the truth or RowMatch::none)` for this rank's rows of the
/// result, a block at a time. Any rank, independent.
void for_each_block(const ResultTable& result, ResultTable::Details details, const RowMatch& match,
                    const std::function<void(std::int64_t first, std::span<const ParticleResult> estimates,
                                             std::span<const std::int64_t> others)>& use);

}  // namespace elastem
