#include "mpi/verification/sample.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "alignment/prior_learning.hpp"
#include "mpi/particles/image_copies.hpp"
#include "mpi/particles/result_match.hpp"

namespace elastem {
namespace {

constexpr std::int64_t block_rows = 4096;

bool usable_row(const ParticleResult& row) {
  return row.state == ParticleState::done && row.fit && !row.fit->outlier &&
         usable(amplitudes_alone(*row.fit));
}

}  // namespace

std::vector<SampledRow> sample_of(const Communicator& comm, const RowMatch& match, const ResultTable& table,
                                  std::int64_t most) {
  std::vector<SampledRow> usable_rows;  // of this rank's share
  std::vector<std::uint64_t> images;
  collectively(comm, [&] {
    for (std::int64_t first = match.rows.first; first < match.rows.first + match.rows.count;
         first += block_rows) {
      const Range block{first, std::min(block_rows, match.rows.first + match.rows.count - first)};
      const std::span<const std::int64_t> others = match.of(block);
      const auto results = matched_rows(table, others, ResultTable::Details::image_alone);
      for (std::size_t i = 0; i < results.size(); ++i)
        if (usable_row(results[i])) {
          usable_rows.push_back({first + static_cast<std::int64_t>(i), others[i]});
          images.push_back(image_number(results[i].image));
        }
    }
  });
  const ImageCopies copies = image_copies(comm, images);
  if (copies.copies > 0) {
    spdlog::info("{} rows are copies of an image that another row has: each image is looked at once",
                 copies.copies);
    std::size_t row = 0;
    std::erase_if(usable_rows, [&](const SampledRow&) { return copies.first[row++] == 0; });
  }
  const auto own = static_cast<std::int64_t>(usable_rows.size());
  const std::int64_t before = comm.sum_below(own), total = comm.sum(own);
  std::vector<SampledRow> drawn;
  for (std::int64_t i = 0; i < own; ++i)
    if (stratum_drawn(before + i, total, most) >= 0)
      drawn.push_back(usable_rows[static_cast<std::size_t>(i)]);
  return comm.all_gathered(drawn);
}

}  // namespace elastem
