#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include "core/error.hpp"
#include "mpi/comm/communicator.hpp"

/// A thin layer over HDF5: ids that close themselves, Errors instead of negative numbers, and data sets that
/// always carry `units` and `description`. Files that several ranks open go through the MPI-IO driver, those
/// of one rank through plain reads and writes; neither takes a file lock, so that others may read while the
/// program writes, and a killed writer leaves nothing locked. Links to other places and data that lie in
/// other files are refused, and so are data sets that are larger than their file.
namespace elastem::hdf5 {

/// An HDF5 id that closes itself. Move-only.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  /// Takes over `id`; throws Error with `what` and HDF5's reason when it is negative.
  Handle(hid_t id, Close close, const std::string& what);
  Handle(Handle&& other) noexcept : id_(other.release()), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { reset(); }

  operator hid_t() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  /// Gives the id away, unclosed.
  hid_t release() { return std::exchange(id_, -1); }
  void reset() {
    if (id_ >= 0) close_(id_);
    id_ = -1;
  }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// What every data set says about itself.
struct Note {
  std::string units;
  std::string description;
};

/// Throws Error "`what`: HDF5's reason" when `status` is negative.
void check(herr_t status, const std::string& what);

/// "`path`: `what`; `remedy`", the path once where `what` begins with it.
Error error_in(const std::string& path, const std::string& what, const std::string& remedy);

enum class Access { read, write };

/// A new file (an old one of this name is lost), by the calling rank alone. Throws Error, and leaves nothing,
/// when the disk has not room for data sets of `data_bytes` and what stands around them: HDF5 does not
/// survive a disk that fills while it closes a file.
Handle create_file(const std::string& path, std::uint64_t data_bytes);
/// An existing file, by the calling rank alone. Throws Error that says whether it is missing, unreadable or
/// no HDF5, or that a part of it lies elsewhere or cannot be as large as it says.
Handle open_file(const std::string& path, Access access);
/// An existing file on all ranks. Collective, and so is closing it.
Handle open_file(const Communicator& comm, const std::string& path, Access access);
/// Takes the disk space that a closed file of this length still lacks. Throws Error when there is none.
void reserve_space(const std::string& path);
/// Closes a file that this rank created or changed. Throws Error when the disk is full.
void close_file(Handle file);
/// Makes a file, lets `fill` write it and gives it its name, as NewFile does. An Error on the way, such as
/// that of a full disk, names `path` and leaves nothing behind. By the calling rank alone.
void write_file(const std::string& path, std::uint64_t data_bytes,
                const std::function<void(hid_t file)>& fill);

Handle make_group(hid_t location, const std::string& name);
bool exists(hid_t location, const std::string& name);
/// Throws Error when there is no such group.
Handle open_group(hid_t location, const std::string& name);
/// What a group holds, by name; empty when there is no such group.
std::vector<std::string> names(hid_t location, const std::string& group);
/// Throws Error when there is none.
Handle open_dataset(hid_t location, const std::string& name);
std::vector<std::uint64_t> shape(hid_t dataset);

/// A contiguous data set, allocated and filled with zeros now.
Handle make_dataset(hid_t location, const std::string& name, hid_t type,
                    const std::vector<std::uint64_t>& shape, const Note& note);
/// A data set in chunks of the given shape, allocated now and not filled: all of it must be written.
Handle make_chunked_dataset(hid_t location, const std::string& name, hid_t type,
                            const std::vector<std::uint64_t>& shape, const std::vector<std::uint64_t>& chunk,
                            const Note& note);

/// A box of a data set, `extent` from `start` in each dimension, and the contiguous memory that matches it;
/// an empty box selects nothing.
struct Selection {
  Handle memory, file;
};
Selection select(hid_t dataset, const std::vector<std::uint64_t>& start,
                 const std::vector<std::uint64_t>& extent);

template <class T>
hid_t type_of();
template <>
inline hid_t type_of<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
inline hid_t type_of<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
inline hid_t type_of<int>() {
  return H5T_NATIVE_INT;
}
template <>
inline hid_t type_of<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}
template <>
inline hid_t type_of<std::uint32_t>() {
  return H5T_NATIVE_UINT32;
}
template <>
inline hid_t type_of<std::uint64_t>() {
  return H5T_NATIVE_UINT64;
}

/// Writes a whole data set of the given shape.
template <class T>
void write_values(hid_t location, const std::string& name, const std::vector<std::uint64_t>& shape,
                  const T* values, const Note& note) {
  const Handle dataset = make_dataset(location, name, type_of<T>(), shape, note);
  check(H5Dwrite(dataset, type_of<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "cannot write " + name);
}
template <class T>
void write_value(hid_t location, const std::string& name, T value, const Note& note) {
  write_values<T>(location, name, {1}, &value, note);
}

/// Reads a whole data set, in row-major order. Throws Error when it is missing or of a type that does not
/// convert.
template <class T>
std::vector<T> read_values(hid_t location, const std::string& name) {
  const Handle dataset = open_dataset(location, name);
  std::uint64_t count = 1;
  for (const auto side : shape(dataset)) count *= side;
  std::vector<T> values(count);
  check(H5Dread(dataset, type_of<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "cannot read " + name);
  return values;
}
/// The only value; throws Error when there is none.
template <class T>
T read_value(hid_t location, const std::string& name) {
  const auto values = read_values<T>(location, name);
  if (values.empty()) throw Error("the data set " + name + " is empty");
  return values.front();
}

/// A list of UTF-8 texts of fixed length (the longest; at least `length` bytes).
void write_strings(hid_t location, const std::string& name, const std::vector<std::string>& texts,
                   const Note& note, std::size_t length = 1);
std::vector<std::string> read_strings(hid_t location, const std::string& name);
/// The type of such texts.
Handle text_type(std::size_t length);
/// The bytes that the texts of a data set, `name` in messages, have room for. Throws Error where it holds
/// none of fixed length.
std::size_t text_length(hid_t dataset, const std::string& name);
/// Puts `text` in place of the only text of a data set; cut to the length it was made with.
void replace_string(hid_t location, const std::string& name, const std::string& text);

void write_attribute(hid_t location, const std::string& name, const std::string& text);
void write_attribute(hid_t location, const std::string& name, const std::vector<std::string>& texts);
void write_attribute(hid_t location, const std::string& name, const std::vector<int>& numbers);
void write_attribute(hid_t location, const std::string& name, int number);
std::vector<int> read_int_attribute(hid_t location, const std::string& name);
/// "" when there is no such attribute.
std::string read_text_attribute(hid_t location, const std::string& name);

/// Marks a file as one of this program: the attributes `elastem`, what it holds, and `format_version` of its
/// root.
void write_format(hid_t file, const std::string& content, int version);
/// The format version of the file at `path`; 1 where it has none, as elastem 0.1.0 wrote it. Throws Error for
/// one above `newest`.
int check_format(hid_t file, const std::string& path, int newest);

}  // namespace elastem::hdf5
