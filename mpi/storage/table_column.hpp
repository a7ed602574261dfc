#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mpi/storage/hdf5_file.hpp"

namespace elastem {

/// A data set of a result table: one row per particle.
class TableColumn {
 public:
  TableColumn() = default;
  /// Opens `name` (with its group) of the file at `path`. Throws Error when it is missing.
  TableColumn(hid_t file, std::string path, std::string name);

  /// Throws Error when the data set is not rows × sides[0] × sides[1] …
  void require_shape(std::uint64_t rows, const std::vector<std::uint64_t>& sides) const;
  /// Rows first … first+count−1, all sides of them, into or from memory of this type. Independent. Throws
  /// Error.
  void read(std::int64_t first, std::int64_t count, hid_t type, void* values) const;
  void write(std::int64_t first, std::int64_t count, hid_t type, const void* values) const;

  hid_t handle() const { return dataset_; }
  void close() { dataset_.reset(); }
  /// Leaves the data set open: closing may be collective when an exception unwinds one rank.
  void abandon() { dataset_.release(); }

 private:
  hdf5::Selection rows(std::int64_t first, std::int64_t count) const;
  std::string rows_text(std::int64_t first, std::int64_t count) const;

  std::string path_, name_;
  hdf5::Handle dataset_;
};

}  // namespace elastem
