#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace elastem {

/// What a file of `rows` rows has of item i: its row i modulo `rows`. Rows are read in blocks, of which the
/// last one is kept, so that consecutive items cost one reading per block. `read(first, count)` gives
/// consecutive rows. Copies share the block: for one thread.
template <class Row>
std::function<Row(std::uint64_t)> row_source(
    std::int64_t rows, std::function<std::vector<Row>(std::int64_t first, std::int64_t count)> read) {
  static constexpr std::int64_t block_rows = 256;
  struct Block {
    std::int64_t first = 0;
    std::vector<Row> rows;
  };
  return [rows, read = std::move(read), block = std::make_shared<Block>()](std::uint64_t index) {
    const auto row = static_cast<std::int64_t>(index % static_cast<std::uint64_t>(rows));
    if (row < block->first || row >= block->first + static_cast<std::int64_t>(block->rows.size())) {
      const std::int64_t first = row / block_rows * block_rows;
      block->rows = read(first, std::min(block_rows, rows - first));
      block->first = first;
    }
    return block->rows[static_cast<std::size_t>(row - block->first)];
  };
}

}  // namespace elastem
