#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace elastem {

/// Whether a name is that of a file with a line per particle: .star, .xmd, .csv or .txt.
bool names_keyed_text(const std::string& path);

/// A text with a line per particle that names its image: a STAR file or an XMD, of which nothing but the
/// images' names is looked at; CSV with a column `image`; a list of keys INDEX@STACK, a line each, empty
/// lines and those that begin with # left out. Read by rows as a ParticleFile is.
class KeyedText {
 public:
  /// Where the rows lie: an offset every 256 rows, small enough to broadcast.
  struct Index {
    std::int64_t count = 0;
    std::vector<std::uint64_t> offsets;  ///< of row 0, 256, 512, …, and of the end
    std::vector<std::string> columns;    ///< none of a list
    std::uint64_t image = 0;             ///< its column
    std::uint64_t star = 0;              ///< 1: values are those of a STAR loop
  };

  /// One pass over the file. Throws Error: missing, no column of images, no rows.
  static Index scan(const std::string& path);

  KeyedText(std::string path, Index index);

  const std::string& path() const { return path_; }
  std::int64_t size() const { return index_.count; }
  const std::vector<std::string>& columns() const { return index_.columns; }

  /// Calls `use` for rows first … first+count−1. Any rank. Throws Error with the row for one that cannot be
  /// read.
  using RowUse = std::function<void(std::int64_t row, std::span<const std::string> values)>;
  void for_each(std::int64_t first, std::int64_t count, const RowUse& use) const;

  /// The keys of these rows (see particle_key), "" where a column holds none. Throws Error for a row that
  /// names no image.
  std::vector<std::string> keys(std::int64_t first, std::int64_t count) const;

 private:
  std::string path_;
  Index index_;
};

}  // namespace elastem
