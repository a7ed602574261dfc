#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elastem {

/// A NumPy structured array of one dimension (.npy, .cs; NumPy's format description, versions 1 to 3), looked
/// at where it lies on the disk.
class NumpyTable {
 public:
  struct Field {
    std::string name;
    char kind = 'f';          ///< f, u, i, b, S (bytes) or U (UTF-32)
    std::int64_t bytes = 4;   ///< of one value
    std::int64_t count = 1;   ///< values
    std::int64_t offset = 0;  ///< within a row
  };

  /// Throws Error that names the file: missing, no such array, fields of another kind, shorter than it says.
  explicit NumpyTable(const std::string& path);
  NumpyTable(NumpyTable&&) noexcept;
  ~NumpyTable();

  const std::string& path() const { return path_; }
  std::int64_t rows() const { return rows_; }
  const std::vector<Field>& fields() const { return fields_; }
  /// The field of a name, or null.
  const Field* field(std::string_view name) const;

  /// A value as a number, of any kind but text.
  double number(const Field& field, std::int64_t row, std::int64_t value = 0) const;
  std::uint64_t integer(const Field& field, std::int64_t row) const;
  std::string text(const Field& field, std::int64_t row) const;

 private:
  void parse(std::string_view header);
  const char* at(const Field& field, std::int64_t row) const;

  std::string path_;
  void* map_ = nullptr;
  std::size_t length_ = 0;
  std::int64_t rows_ = 0, row_bytes_ = 0, data_ = 0;
  std::vector<Field> fields_;
};

}  // namespace elastem
