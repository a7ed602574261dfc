#include "mpi/storage/hdf5_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <spdlog/fmt/fmt.h>

#include "core/file_kind.hpp"
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

// A rank that opens a file alone needs no MPI-IO, whose set-up of two runs on one node may collide. As MPI-IO
// it takes no lock and keeps no raw data back.
Handle own_access() {
  keep_quiet();
  const std::string what = "cannot describe a file access";
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, what);
  check(H5Pset_fapl_sec2(access), what);
  check(H5Pset_file_locking(access, false, true), what);
  check(H5Pset_sieve_buf_size(access, 0), what);
  return access;
}

Handle shared_access(const Communicator& comm) {
  Handle access = own_access();
  if (comm.size() > 1) check(H5Pset_fapl_mpio(access, comm.handle(), MPI_INFO_NULL), "cannot use MPI-IO");
  return access;
}

void require_readable(const std::string& path, Access access) {
  require_regular_file(path);
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

// Whether a data set of this shape, compressed as it may be, fits into a file of this length.
bool fits(hid_t dataset, std::uint64_t bytes_per_value, std::uint64_t best_compression,
          std::uint64_t length) {
  const std::uint64_t most = length * best_compression;
  std::uint64_t bytes = bytes_per_value;
  for (const std::uint64_t side : shape(dataset))
    if (__builtin_mul_overflow(bytes, side, &bytes) || bytes > most) return false;
  return bytes <= most;
}

// The data lie in this file, whose length has room for them: nothing is allocated for a size that was made
// up.
void require_own_data(hid_t dataset, const std::string& name, std::uint64_t length) {
  const std::string what = "cannot read the data set " + name;
  const Handle how(H5Dget_create_plist(dataset), H5Pclose, what);
  const Handle type(H5Dget_type(dataset), H5Tclose, what);
  if (H5Pget_external_count(how) > 0 || H5Pget_layout(how) == H5D_VIRTUAL)
    throw Error("the data of /" + name + " lie in another file, which is not read");
  const std::uint64_t best_compression = H5Pget_nfilters(how) > 0 ? 1100 : 1;  // of zlib
  if (!fits(dataset, H5Tget_size(type), best_compression, length))
    throw Error(fmt::format("/{} is larger than the file: it is damaged or cut short", name));
}

// What a walk over a file found.
struct Walk {
  std::uint64_t length;
  int links = 0;
  std::string fault;
};

herr_t look_at(hid_t group, const char* name, const H5L_info_t* link, void* walk) {
  constexpr int most_links = 10000;  // a hundred times what our files have
  auto& found = *static_cast<Walk*>(walk);
  try {
    if (link->type != H5L_TYPE_HARD)
      throw Error(fmt::format("/{} is a link to another place, which is not followed", name));
    if (++found.links > most_links) throw Error("it has more parts than a file of elastem");
    const Handle object(H5Oopen(group, name, H5P_DEFAULT), H5Oclose,
                        fmt::format("/{} cannot be opened", name));
    if (H5Iget_type(object) == H5I_DATASET) require_own_data(object, name, found.length);
  } catch (const std::exception& error) {
    found.fault = error.what();
  }
  return found.fault.empty() ? 0 : 1;
}

// Throws Error where a part of the file lies elsewhere, or cannot be as large as it says.
void require_own_content(hid_t file, const std::string& path) {
  struct stat status {};
  Walk walk{::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0, 0, ""};
  if (H5Lvisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, look_at, &walk) < 0 && walk.fault.empty())
    walk.fault = "it is damaged or cut short (" + reason() + ")";
  if (!walk.fault.empty()) throw Error(path + ": " + walk.fault + "; make it anew");
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

}  // namespace

Handle::Handle(hid_t id, Close close, const std::string& what) : id_(id), close_(close) {
  if (id < 0) throw Error(what + " (" + reason() + ")");
}

Error error_in(const std::string& path, const std::string& what, const std::string& remedy) {
  return Error((what.starts_with(path) ? what : path + ": " + what) + "; " + remedy);
}

void check(herr_t status, const std::string& what) {
  if (status < 0) throw Error(what + " (" + reason() + ")");
}

Handle create_file(const std::string& path, std::uint64_t data_bytes) {
  // MPI-IO's message for a missing folder or permission is poor: ask the system first.
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor < 0)
    throw Error("cannot create " + path + ": " + std::strerror(errno) +
                "; check that the folder exists and is writable");
  const bool full = ::fallocate(descriptor, 0, 0, static_cast<off_t>(data_bytes + header_room)) != 0 &&
                    (errno == ENOSPC || errno == EDQUOT || errno == EFBIG);
  ::close(descriptor);
  if (full) {
    std::remove(path.c_str());
    throw Error(fmt::format("no room on the disk for {}, {} KiB (or a limit of file sizes, ulimit -f)", path,
                            (data_bytes + header_room) >> 10));
  }
  const Handle driver = own_access();
  return Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, driver), H5Fclose,
                "cannot create " + path);
}

Handle open_file(const std::string& path, Access access) {
  require_readable(path, access);
  Handle file = open_with(own_access(), path, access);
  require_own_content(file, path);
  return file;
}

Handle open_file(const Communicator& comm, const std::string& path, Access access) {
  collectively(comm, [&] {
    require_readable(path, access);
    if (comm.root()) require_own_content(open_with(own_access(), path, Access::read), path);
  });
  return open_with(shared_access(comm), path, access);
}

void reserve_space(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
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

Handle open_group(hid_t location, const std::string& name) {
  if (!exists(location, name)) throw Error("there is no group /" + name);
  return Handle(H5Gopen2(location, name.c_str(), H5P_DEFAULT), H5Gclose, "cannot open the group /" + name);
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

}  // namespace elastem::hdf5
