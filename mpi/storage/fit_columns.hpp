#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "mpi/storage/fit_rows.hpp"
#include "mpi/storage/table_column.hpp"

namespace elastem {

/// The data sets under /fit with a row a particle; see docs/files.md.
class FitColumns {
 public:
  /// How much of the rows to read.
  enum class Part { brief, all };  ///< without the covariances and the pose; everything

  /// Makes the data sets, allocated and zero. `n` rows of K = `modes` amplitudes.
  static void create(hid_t file, std::int64_t n, std::size_t modes);
  static std::uint64_t row_bytes(std::size_t modes);
  static bool present(hid_t file);

  /// Opens those of the file at `path`. Throws Error when one is missing or of another shape.
  FitColumns(hid_t file, const std::string& path, std::int64_t n, std::size_t modes);

  FitRows read(std::int64_t first, std::int64_t count, Part part) const;  ///< independent
  void write(std::int64_t first, const FitRows& rows);                    ///< all fields; independent
  void write_outliers(std::int64_t first, const std::vector<std::uint8_t>& flags);

  void close();
  void abandon();  ///< see TableColumn

 private:
  std::size_t modes_;
  TableColumn covariance_, amplitudes_, euler_angles_, shifts_, chi2_, defocus_change_, outlier_, checksum_;
  std::array<TableColumn*, 8> columns();
};

}  // namespace elastem
