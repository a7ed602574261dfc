#pragma once

#include <array>
#include <string>
#include <type_traits>

#include "mpi/storage/row_block.hpp"
#include "mpi/storage/table_column.hpp"

namespace elastem {

/// The data sets of one schema in a file.
template <class Values>
class ColumnGroup {
 public:
  /// Makes the group with its data sets, allocated and zero.
  static void create(hid_t file, const TableShape& table) {
    const auto group = hdf5::make_group(file, Schema<Values>::group);
    for_each_stored(table, [&](std::size_t, const auto& column) {
      std::vector<std::uint64_t> shape = sides(column.per_row, table);
      shape.insert(shape.begin(), static_cast<std::uint64_t>(table.rows));
      hdf5::make_dataset(group, column.name, type_of(column, table), shape,
                         {column.units, column.description});
    });
  }

  static std::uint64_t row_bytes(const TableShape& table) {
    std::uint64_t bytes = 0;
    for_each_stored(table, [&]<class C>(std::size_t, const C& column) {
      bytes += width(column, table) * sizeof(typename C::Value);
    });
    return bytes;
  }

  /// Opens those of the file at `path`. Throws Error when one is missing or of another shape.
  ColumnGroup(hid_t file, const std::string& path, const TableShape& table) : table_(table) {
    for_each_stored(table_, [&](std::size_t place, const auto& column) {
      columns_[place] = TableColumn(file, path, std::string(Schema<Values>::group) + "/" + column.name);
      columns_[place].require_shape(static_cast<std::uint64_t>(table.rows), sides(column.per_row, table));
    });
  }

  /// Reads the columns of the choice for the rows from `first`. Independent.
  void read(std::int64_t first, RowBlock<Values>& rows, ColumnChoice choice = all_columns) const {
    for_each_in(rows, choice, [&](const TableColumn& stored, hid_t type, auto& values) {
      stored.read(first, static_cast<std::int64_t>(rows.count), type, values.data());
    });
  }

  /// Writes the columns of the choice, the state last. Independent.
  void write(std::int64_t first, const RowBlock<Values>& rows, ColumnChoice choice = all_columns) const {
    const auto move = [&](const TableColumn& stored, hid_t type, const auto& values) {
      stored.write(first, static_cast<std::int64_t>(rows.count), type, values.data());
    };
    for (const bool states : {false, true})
      for_each_in(
          rows, [&](Role role) { return choice(role) && state_column(role) == states; }, move);
  }

  void close() {
    for (auto& column : columns_) column.close();
  }
  void abandon() {  ///< see TableColumn
    for (auto& column : columns_) column.abandon();
  }

 private:
  template <class Visit>
  static void for_each_stored(const TableShape& table, Visit&& visit) {
    for_each_column<Values>([&](std::size_t place, const auto& column) {
      if (column.since <= table.format) visit(place, column);
    });
  }

  template <class Rows, class Choice, class Move>
  void for_each_in(Rows& rows, const Choice& choice, const Move& move) const {
    if (rows.count == 0) return;
    for_each_stored(table_, [&](std::size_t place, const auto& column) {
      if (choice(column.role) && width(column, table_) > 0)
        move(columns_[place], type_of(column, table_), rows.*column.member);
    });
  }

  template <class T>
  static auto type_of(const Column<Values, T>&, const TableShape& table) {
    if constexpr (std::is_same_v<T, char>)
      return hdf5::text_type(table.key_length);
    else
      return hdf5::type_of<T>();
  }

  TableShape table_;
  std::array<TableColumn, std::tuple_size_v<decltype(Schema<Values>::columns)>> columns_;
};

}  // namespace elastem
