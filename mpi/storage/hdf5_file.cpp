#include "mpi/storage/hdf5_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <spdlog/fmt/fmt.h>

#include "core/new_file.hpp"

namespace elastem::hdf5 {
namespace {

constexpr std::uint64_t header_room = 256 << 10;  // attributes, provenance, labels of a few thousand atoms

// HDF5 prints its stack of errors by itself unless told not to; the texts go into our Errors instead.
void keep_quiet() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

herr_t note_innermost(unsigned, const H5E_error2_t* error, void* text) {
  if (error->desc && *error->desc) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

std::string reason() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, note_innermost, &text);
  H5Eclear2(H5E_DEFAULT);
  return text.empty() ? "HDF5 gives no reason" : text;
}

Handle parallel_access(MPI_Comm comm) {
  keep_quiet();
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "cannot describe a file access");
  check(H5Pset_fapl_mpio(access, comm, MPI_INFO_NULL), "cannot use MPI-IO");
  return access;
}

void require_readable(const std::string& path, Access access) {
  if (::access(path.c_str(), F_OK) != 0)
    throw Error("cannot open " + path + ": " + std::strerror(errno) + "; check the path");
  if (::access(path.c_str(), access == Access::write ? R_OK | W_OK : R_OK) != 0)
    throw Error("cannot open " + path + (access == Access::write ? " for writing: " : ": ") +
                std::strerror(errno) + "; check its permissions");
  std::FILE* file = std::fopen(path.c_str(), "rb");
  char magic[8] = {};
  const bool complete = file && std::fread(magic, 1, sizeof magic, file) == sizeof magic;
  if (file) std::fclose(file);
  if (!complete || std::memcmp(magic, "\x89HDF\r\n\x1a\n", sizeof magic) != 0)
    throw Error(path + " is not an HDF5 file; was it written by elastem, and completely copied?");
}

std::string cannot_open(const std::string& path) {
  return path + " is damaged or cut short: it cannot be opened; make it anew";
}

Handle open_with(const Handle& driver, const std::string& path, Access access) {
  const unsigned flags = access == Access::write ? H5F_ACC_RDWR : H5F_ACC_RDONLY;
  return Handle(H5Fopen(path.c_str(), flags, driver), H5Fclose, cannot_open(path));
}

std::size_t longest(const std::vector<std::string>& texts, std::size_t at_least) {
  std::size_t length = std::max<std::size_t>(at_least, 1);
  for (const auto& text : texts) length = std::max(length, text.size());
  return length;
}

std::vector<char> padded(const std::vector<std::string>& texts, std::size_t length) {
  std::vector<char> bytes(std::max<std::size_t>(texts.size() * length, 1), '\0');
  for (std::size_t i = 0; i < texts.size(); ++i)
    std::memcpy(bytes.data() + i * length, texts[i].data(), std::min(length, texts[i].size()));
  return bytes;
}

std::vector<std::string> unpadded(const std::vector<char>& bytes, std::size_t count, std::size_t length) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const char* const text = bytes.data() + i * length;
    texts.emplace_back(text, strnlen(text, length));
  }
  return texts;
}

Handle simple_space(const std::vector<std::uint64_t>& shape) {
  const std::vector<hsize_t> sides(shape.begin(), shape.end());
  return Handle(H5Screate_simple(static_cast<int>(sides.size()), sides.data(), nullptr), H5Sclose,
                "cannot describe a data set");
}

std::string no_room_for(const std::string& name) {
  return "cannot make the data set " + name + "; is the disk full?";
}

// A data set that takes its space now.
Handle make_laid_out(hid_t location, const std::string& name, hid_t type,
                     const std::vector<std::uint64_t>& shape, const Handle& layout, const Note& note) {
  const std::string what = no_room_for(name);
  check(H5Pset_alloc_time(layout, H5D_ALLOC_TIME_EARLY), what);
  Handle dataset(
      H5Dcreate2(location, name.c_str(), type, simple_space(shape), H5P_DEFAULT, layout, H5P_DEFAULT),
      H5Dclose, what);
  write_attribute(dataset, "units", note.units);
  write_attribute(dataset, "description", note.description);
  return dataset;
}

void write_attribute_bytes(hid_t location, const std::string& name, hid_t type, hid_t space,
                           const void* bytes) {
  const std::string what = "cannot write the attribute " + name;
  const Handle attribute(H5Acreate2(location, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         what);
  check(H5Awrite(attribute, type, bytes), what);
}

}  // namespace

Handle::Handle(hid_t id, Close close, const std::string& what) : id_(id), close_(close) {
  if (id < 0) throw Error(what + " (" + reason() + ")");
}

void check(herr_t status, const std::string& what) {
  if (status < 0) throw Error(what + " (" + reason() + ")");
}

Handle create_file(const std::string& path, std::uint64_t data_bytes) {
  // MPI-IO's message for a missing folder or permission is poor: ask the system first.
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (descriptor < 0)
    throw Error("cannot create " + path + ": " + std::strerror(errno) +
                "; check that the folder exists and is writable");
  const bool full = ::fallocate(descriptor, 0, 0, static_cast<off_t>(data_bytes + header_room)) != 0 &&
                    (errno == ENOSPC || errno == EDQUOT);
  ::close(descriptor);
  if (full) {
    std::remove(path.c_str());
    throw Error("no room on the disk for " + path + ", " + std::to_string((data_bytes + header_room) >> 10) +
                " KiB");
  }
  const Handle driver = parallel_access(MPI_COMM_SELF);
  return Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, driver), H5Fclose,
                "cannot create " + path);
}

Handle open_file(const std::string& path, Access access) {
  require_readable(path, access);
  return open_with(parallel_access(MPI_COMM_SELF), path, access);
}

Handle open_file(const Communicator& comm, const std::string& path, Access access) {
  collectively(comm, [&] {
    require_readable(path, access);
    if (comm.root()) open_with(parallel_access(MPI_COMM_SELF), path, Access::read);
  });
  return open_with(parallel_access(comm.handle()), path, access);
}

void reserve_space(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR);
  struct stat status {};
  int code = descriptor < 0 || ::fstat(descriptor, &status) != 0 ? errno : 0;
  if (code == 0 && status.st_size > 0) code = ::posix_fallocate(descriptor, 0, status.st_size);
  if (descriptor >= 0) ::close(descriptor);
  if (code != 0) throw Error("no room for " + path + ": " + std::strerror(code));
}

void close_file(Handle file) {
  const std::string what = "the end of the file cannot be written: is the disk full?";
  check(H5Fflush(file, H5F_SCOPE_GLOBAL), what);
  check(H5Fclose(file.release()), what);
}

void write_file(const std::string& path, std::uint64_t data_bytes,
                const std::function<void(hid_t file)>& fill) {
  NewFile target(path);
  try {
    Handle file = create_file(target.temporary().string(), data_bytes);
    fill(file);
    close_file(std::move(file));
  } catch (const Error& error) {
    throw Error("cannot write " + path + ": " + error.what());
  }
  target.publish();
}

Handle make_group(hid_t location, const std::string& name) {
  return Handle(H5Gcreate2(location, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                "cannot make the group " + name);
}

bool exists(hid_t location, const std::string& name) {
  for (std::size_t slash = name.find('/', 1); slash != std::string::npos; slash = name.find('/', slash + 1))
    if (H5Lexists(location, name.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
  return H5Lexists(location, name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> names(hid_t location, const std::string& group) {
  std::vector<std::string> list;
  if (!exists(location, group)) return list;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
    static_cast<std::vector<std::string>*>(to)->emplace_back(name);
    return 0;
  };
  hsize_t position = 0;
  check(H5Literate_by_name(location, group.c_str(), H5_INDEX_NAME, H5_ITER_INC, &position, add, &list,
                           H5P_DEFAULT),
        "cannot list " + group);
  return list;
}

Handle open_dataset(hid_t location, const std::string& name) {
  if (!exists(location, name)) throw Error("there is no data set " + name);
  return Handle(H5Dopen2(location, name.c_str(), H5P_DEFAULT), H5Dclose, "cannot open the data set " + name);
}

std::vector<std::uint64_t> shape(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "cannot read the shape of a data set");
  std::vector<hsize_t> sides(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  H5Sget_simple_extent_dims(space, sides.data(), nullptr);
  return {sides.begin(), sides.end()};
}

Handle make_dataset(hid_t location, const std::string& name, hid_t type,
                    const std::vector<std::uint64_t>& shape, const Note& note) {
  const std::string what = no_room_for(name);
  const Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  check(H5Pset_layout(layout, H5D_CONTIGUOUS), what);
  check(H5Pset_fill_time(layout, H5D_FILL_TIME_ALLOC), what);
  return make_laid_out(location, name, type, shape, layout, note);
}

Handle make_chunked_dataset(hid_t location, const std::string& name, hid_t type,
                            const std::vector<std::uint64_t>& shape, const std::vector<std::uint64_t>& chunk,
                            const Note& note) {
  const std::string what = no_room_for(name);
  const Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  const std::vector<hsize_t> sides(chunk.begin(), chunk.end());
  check(H5Pset_chunk(layout, static_cast<int>(sides.size()), sides.data()), what);
  check(H5Pset_fill_time(layout, H5D_FILL_TIME_NEVER), what);
  return make_laid_out(location, name, type, shape, layout, note);
}

Selection select(hid_t dataset, const std::vector<std::uint64_t>& start,
                 const std::vector<std::uint64_t>& extent) {
  const std::string what = "cannot select a part of a data set";
  const std::vector<hsize_t> from(start.begin(), start.end()), sides(extent.begin(), extent.end());
  Selection selection{simple_space(extent),
                      Handle(H5Dget_space(dataset), H5Sclose, "cannot read the shape of a data set")};
  if (std::ranges::count(sides, hsize_t{0}) > 0) {
    check(H5Sselect_none(selection.memory), what);
    check(H5Sselect_none(selection.file), what);
  } else {
    check(H5Sselect_hyperslab(selection.file, H5S_SELECT_SET, from.data(), nullptr, sides.data(), nullptr),
          what);
  }
  return selection;
}

Handle text_type(std::size_t length) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "cannot describe a text");
  check(H5Tset_size(type, length), "cannot describe a text");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "cannot describe a text");
  check(H5Tset_strpad(type, H5T_STR_NULLPAD), "cannot describe a text");
  return type;
}

std::size_t text_length(hid_t dataset, const std::string& name) {
  const Handle type(H5Dget_type(dataset), H5Tclose, "cannot read " + name);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0)
    throw Error("the data set " + name + " does not hold texts of fixed length");
  return H5Tget_size(type);
}

void write_strings(hid_t location, const std::string& name, const std::vector<std::string>& texts,
                   const Note& note, std::size_t length) {
  length = longest(texts, length);
  const Handle type = text_type(length);
  const Handle dataset = make_dataset(location, name, type, {texts.size()}, note);
  check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, padded(texts, length).data()),
        "cannot write " + name);
}

std::vector<std::string> read_strings(hid_t location, const std::string& name) {
  const Handle dataset = open_dataset(location, name);
  const std::size_t length = text_length(dataset, name);
  const Handle type(H5Dget_type(dataset), H5Tclose, "cannot read " + name);
  const std::uint64_t count = shape(dataset).at(0);
  std::vector<char> bytes(std::max<std::uint64_t>(count * length, 1));
  check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "cannot read " + name);
  return unpadded(bytes, count, length);
}

void replace_string(hid_t location, const std::string& name, const std::string& text) {
  const Handle dataset = open_dataset(location, name);
  const Handle type(H5Dget_type(dataset), H5Tclose, "cannot write " + name);
  check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, padded({text}, H5Tget_size(type)).data()),
        "cannot write " + name);
}

void write_attribute(hid_t location, const std::string& name, const std::string& text) {
  const Handle type = text_type(longest({text}, 1));
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, "cannot write the attribute " + name);
  write_attribute_bytes(location, name, type, space, padded({text}, longest({text}, 1)).data());
}

void write_attribute(hid_t location, const std::string& name, const std::vector<std::string>& texts) {
  const std::size_t length = longest(texts, 1);
  write_attribute_bytes(location, name, text_type(length), simple_space({texts.size()}),
                        padded(texts, length).data());
}

void write_attribute(hid_t location, const std::string& name, const std::vector<int>& numbers) {
  const int none = 0;  // HDF5 wants an address also when there is nothing to write
  write_attribute_bytes(location, name, H5T_NATIVE_INT, simple_space({numbers.size()}),
                        numbers.empty() ? &none : numbers.data());
}

void write_attribute(hid_t location, const std::string& name, int number) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, "cannot write the attribute " + name);
  write_attribute_bytes(location, name, H5T_NATIVE_INT, space, &number);
}

std::vector<int> read_int_attribute(hid_t location, const std::string& name) {
  const std::string what = "cannot read the attribute " + name;
  if (H5Aexists(location, name.c_str()) <= 0) throw Error(what + ": there is none");
  const Handle attribute(H5Aopen(location, name.c_str(), H5P_DEFAULT), H5Aclose, what);
  const Handle space(H5Aget_space(attribute), H5Sclose, what);
  std::vector<int> numbers(
      static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space))));
  if (!numbers.empty()) check(H5Aread(attribute, H5T_NATIVE_INT, numbers.data()), what);
  return numbers;
}

std::string read_text_attribute(hid_t location, const std::string& name) {
  if (H5Aexists(location, name.c_str()) <= 0) return "";
  const std::string what = "cannot read the attribute " + name;
  const Handle attribute(H5Aopen(location, name.c_str(), H5P_DEFAULT), H5Aclose, what);
  const Handle type(H5Aget_type(attribute), H5Tclose, what);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0) return "";
  std::vector<char> bytes(H5Tget_size(type) + 1, '\0');
  check(H5Aread(attribute, type, bytes.data()), what);
  return bytes.data();
}

void write_format(hid_t file, const std::string& content, int version) {
  write_attribute(file, "elastem", content);
  write_attribute(file, "format_version", version);
}

int check_format(hid_t file, const std::string& path, int newest) {
  if (H5Aexists(file, "format_version") <= 0) return 1;
  const auto stored = read_int_attribute(file, "format_version");
  const int version = stored.empty() ? 1 : stored.front();
  if (version > newest)
    throw Error(
        fmt::format("{} was written by a newer elastem (format {}; this one reads up to {}): update elastem",
                    path, version, newest));
  return version;
}

}  // namespace elastem::hdf5
