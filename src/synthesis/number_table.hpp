#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// Where the rows of a text table of numbers lie: found in one pass over the file (rank 0), small enough to
/// broadcast (two numbers every 256 rows), so that each rank reads and parses just the rows it works on.
struct NumberTableIndex {
  std::uint64_t rows = 0, columns = 0;
  std::vector<std::uint64_t> offsets;  ///< byte offset of row 0, 256, 512, …
  std::vector<std::uint64_t> lines;    ///< their line numbers: for messages

  /// A flat form for broadcasting.
  std::vector<std::uint64_t> serialise() const;
  static NumberTableIndex deserialise(const std::vector<std::uint64_t>& numbers);
};

/// A text table: a row a line, its numbers separated by blanks or a comma; '#' begins a comment, lines
/// without numbers are left out, Windows line ends are understood.
class NumberTable {
 public:
  /// One pass over the file, in which every number is read once. Throws Error with file, line and column when
  /// it cannot be opened, has no rows, a row has not `columns` finite numbers; `purpose` says what they are
  /// for, e.g. "one for each mode of --modes".
  static NumberTableIndex scan(const std::string& path, std::int64_t columns, const std::string& purpose);

  NumberTable(std::string path, NumberTableIndex index);

  std::int64_t rows() const { return static_cast<std::int64_t>(index_.rows); }
  /// Rows first … first+count−1 of the file as the columns of a matrix. Throws Error when the file was
  /// changed after it was scanned. Any rank.
  Eigen::MatrixXd read(std::int64_t first, std::int64_t count) const;

 private:
  std::string path_;
  NumberTableIndex index_;
};

}  // namespace elastem
