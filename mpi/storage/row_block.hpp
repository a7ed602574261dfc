#pragma once

#include "mpi/storage/row_checksum.hpp"
#include "mpi/storage/table_schema.hpp"

namespace elastem {

/// Which columns of a table are meant.
inline bool all_columns(Role) {
  return true;
}
inline bool brief_columns(Role role) {
  return role == Role::field || role == Role::key || role == Role::flag;
}
inline bool state_column(Role role) {
  return role == Role::state;
}
inline bool all_but_state(Role role) {
  return role != Role::state;
}
using ColumnChoice = bool (*)(Role);

/// Consecutive rows of one schema as its data sets hold them: row-major. Columns outside the choice are
/// empty.
template <class Values>
struct RowBlock : Values {
  RowBlock(const TableShape& shape, std::int64_t row_count, ColumnChoice choice = all_columns)
      : table(shape), count(static_cast<std::size_t>(row_count)) {
    for_each_column<Values>([&](std::size_t, const auto& column) {
      if (choice(column.role)) (this->*column.member).resize(count * width(column, table));
    });
  }

  TableShape table;
  std::size_t count;

  /// CRC-32 (zlib) of a row's values that Role makes part of it, little-endian, in the order of the schema.
  std::uint32_t row_checksum(std::size_t row) const {
    RowChecksum sum;
    for_each_column<Values>([&](std::size_t, const auto& column) {
      if (column.role == Role::flag || column.role == Role::checksum) return;
      const std::size_t values = width(column, table);
      sum.add((this->*column.member).data() + row * values, values);
    });
    return sum.value();
  }
  bool intact(std::size_t row) const { return this->checksum[row] == row_checksum(row); }
};

using ResultRows = RowBlock<ResultValues>;
using FitRows = RowBlock<FitValues>;

}  // namespace elastem
