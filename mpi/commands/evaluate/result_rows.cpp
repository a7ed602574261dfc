#include "mpi/commands/evaluate/result_rows.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace elastem {

ResultTable::Details evaluated_details(const cli::EvaluateOptions& o, const ResultTable& result) {
  if (!o.without_prior) return ResultTable::Details::none;
  if (!result.has_fits())
    throw Error("option --without-prior: " + o.input +
                " does not say what the images alone say; give a table of align");
  return ResultTable::Details::image_alone;
}

void for_each_block(const ResultTable& result, ResultTable::Details details, const RowMatch& match,
                    const std::function<void(std::int64_t, std::span<const ParticleResult>,
                                             std::span<const std::int64_t>)>& use) {
  constexpr std::int64_t block_rows = 4096;
  const std::int64_t end = match.rows.first + match.rows.count;
  for (std::int64_t first = match.rows.first; first < end; first += block_rows) {
    const Range block{first, std::min(block_rows, end - first)};
    use(first, result.read(block.first, block.count, details), match.of(block));
  }
}

}  // namespace elastem
