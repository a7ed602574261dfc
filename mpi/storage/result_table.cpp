#include "mpi/storage/result_table.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <span>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "mpi/storage/result_rows.hpp"
#include "mpi/storage/stored_provenance.hpp"

namespace elastem {
namespace {

constexpr std::int64_t block_rows = 1 << 14;  // rows held at once when a whole table is read

// The data sets in the order in which a row is written: the fields, their checksum, and last the state that
// makes the row count.
namespace column {
enum Column { amplitudes, euler_angles, shifts, standard_errors, score, reason, checksum, state, count };
}  // namespace column
using column::Column;
constexpr std::array<const char*, column::count> column_names = {
    "amplitudes", "euler_angles", "shifts", "standard_errors", "score", "reason", "checksum", "state"};

// Of all columns together.
std::uint64_t row_bytes(std::size_t modes) {
  const std::size_t doubles = modes + 3 + 2 + (modes + 5) + 1;
  return doubles * sizeof(double) + sizeof(std::uint32_t) + 2 * sizeof(std::uint8_t);
}

std::string temporary_name(const std::string& path) {
  return path + ".partial";
}

void write_header(hid_t file, std::int64_t n, const std::vector<int>& modes, const Provenance& provenance) {
  const auto rows = static_cast<std::uint64_t>(n), k = static_cast<std::uint64_t>(modes.size());
  hdf5::write_attribute(file, "elastem", "particle results");
  write_provenance(file, provenance);
  const auto group = hdf5::make_group(file, "particles");
  const auto doubles = [&](const char* name, const std::vector<std::uint64_t>& shape,
                           const hdf5::Note& note) {
    return hdf5::make_dataset(group, name, H5T_IEEE_F64LE, shape, note);
  };
  hdf5::write_attribute(
      doubles("amplitudes", {rows, k}, {"Å", "amplitudes of the modes named by the attribute"}), "modes",
      modes);
  doubles("euler_angles", {rows, 3}, {"degrees", "rot, tilt, psi; ZYZ as in RELION and Xmipp"});
  doubles("shifts", {rows, 2},
          {"Å", "x, y of the particle's centre from the image's centre; rlnOriginXAngst is -x"});
  doubles("standard_errors", {rows, k + 5},
          {"Å; degrees; Å",
           "standard errors: amplitudes; rotations about image x, y and the view axis; shifts x, y"});
  doubles("score", {rows}, {"none", "normalised cross-correlation of image and model"});
  const auto state_set =
      hdf5::make_dataset(group, "state", H5T_STD_U8LE, {rows}, {"none", "see the attribute codes"});
  hdf5::write_attribute(state_set, "codes", std::vector<std::string>{"pending", "done", "failed"});
  const auto reason_set = hdf5::make_dataset(group, "reason", H5T_STD_U8LE, {rows},
                                             {"none", "why it failed; see the attribute codes"});
  hdf5::write_attribute(reason_set, "codes", failure_names());
  hdf5::make_dataset(
      group, "checksum", H5T_STD_U32LE, {rows},
      {"none", "CRC-32 of amplitudes, euler_angles, shifts, standard_errors, score, state, reason"});
}

// A hyperslab of whole rows.
struct Selection {
  hdf5::Handle memory, file;
};

Selection select_rows(hid_t dataset, std::int64_t first, std::int64_t count) {
  std::vector<hsize_t> start, extent;
  for (const auto side : hdf5::shape(dataset)) {
    start.push_back(0);
    extent.push_back(side);
  }
  start[0] = static_cast<hsize_t>(first);
  extent[0] = static_cast<hsize_t>(count);
  const char* const what = "cannot select rows";
  Selection selection;
  selection.file = hdf5::Handle(H5Dget_space(dataset), H5Sclose, what);
  hdf5::check(
      H5Sselect_hyperslab(selection.file, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr),
      what);
  selection.memory =
      hdf5::Handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose, what);
  return selection;
}

}  // namespace

std::vector<std::string> failure_names() {
  return {"none", "unreadable", "wrong size", "not finite", "constant", "not converged"};
}

struct ResultTable::Impl {
  Impl(Communicator own_comm, std::string file_path, Access how)
      : comm(std::move(own_comm)), path(std::move(file_path)), access(how) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Closing is collective: when an exception unwinds this rank the others may be elsewhere, and it would wait
  // for ever. All that matters is in the file already.
  ~Impl() {
    if (std::uncaught_exceptions() == 0) {
      close_file();
      return;
    }
    for (auto& column : columns) column.release();
    file.release();
  }

  void open_file() {
    file = hdf5::open_file(comm, path, access == Access::write ? hdf5::Access::write : hdf5::Access::read);
    collectively(comm, [&] { read_header(); });
  }

  void close_file() {
    for (auto& column : columns) column.reset();
    file.reset();
  }

  void read_header() {
    if (!hdf5::exists(file, "particles/amplitudes") || !hdf5::exists(file, "particles/state"))
      throw Error(path +
                  " is not a table of particle results (there is no /particles); give an alignment.h5, "
                  "predictions.h5 or truth.h5");
    try {
      for (std::size_t i = 0; i < column::count; ++i)
        columns[i] = hdf5::open_dataset(file, std::string("particles/") + column_names[i]);
      modes = hdf5::read_int_attribute(columns[column::amplitudes], "modes");
      provenance = read_provenance(file);
    } catch (const Error& error) {
      throw Error(path + ": " + error.what() + "; the file was not written by this version of elastem");
    }
    check_shapes();
  }

  void check_shapes() {
    const std::uint64_t rows = hdf5::shape(columns[column::state]).at(0), k = modes.size();
    const std::array<std::uint64_t, column::count> widths = {k, 3, 2, k + 5, 1, 1, 1, 1};
    for (std::size_t i = 0; i < column::count; ++i) {
      const auto shape = hdf5::shape(columns[i]);
      if (shape.empty() || shape[0] != rows || (shape.size() > 1 ? shape[1] : 1) != widths[i])
        throw Error(path + ": /particles/" + column_names[i] +
                    " has another shape than the rest of the table");
    }
    n = static_cast<std::int64_t>(rows);
  }

  template <class T>
  void transfer(Column column, std::int64_t first, std::int64_t count, std::vector<T>& values,
                bool write) const {
    const Selection rows = select_rows(columns[column], first, count);
    const hid_t type = hdf5::type_of<T>();
    const auto status =
        write ? H5Dwrite(columns[column], type, rows.memory, rows.file, H5P_DEFAULT, values.data())
              : H5Dread(columns[column], type, rows.memory, rows.file, H5P_DEFAULT, values.data());
    hdf5::check(status, path + ": cannot " + (write ? "write" : "read") + " rows " +
                            std::to_string(first + 1) + " to " + std::to_string(first + count) + " of " +
                            column_names[column] +
                            (write ? "; is the disk full?" : "; is the file cut short?"));
  }

  // Independent, in the order of Column.
  void transfer(ResultRows& rows, std::int64_t first, bool write) const {
    const auto count = static_cast<std::int64_t>(rows.rows);
    require(first >= 0 && first + count <= n, "rows outside the table");
    if (count == 0) return;
    if (!modes.empty()) transfer(column::amplitudes, first, count, rows.amplitudes, write);
    transfer(column::euler_angles, first, count, rows.euler_angles, write);
    transfer(column::shifts, first, count, rows.shifts, write);
    transfer(column::standard_errors, first, count, rows.standard_errors, write);
    transfer(column::score, first, count, rows.score, write);
    transfer(column::reason, first, count, rows.reason, write);
    transfer(column::checksum, first, count, rows.checksum, write);
    transfer(column::state, first, count, rows.state, write);
  }

  ResultRows rows(std::int64_t first, std::int64_t count) const {
    require(count >= 0, "a negative number of rows");
    ResultRows rows(static_cast<std::size_t>(count), modes.size());
    transfer(rows, first, false);
    return rows;
  }

  Communicator comm;
  std::string path;
  Access access;
  hdf5::Handle file;
  std::array<hdf5::Handle, column::count> columns;
  std::int64_t n = 0;
  std::vector<int> modes;
  Provenance provenance;
};

ResultTable::ResultTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ResultTable::ResultTable(ResultTable&&) noexcept = default;
ResultTable& ResultTable::operator=(ResultTable&&) noexcept = default;
ResultTable::~ResultTable() = default;

ResultTable ResultTable::create(const Communicator& comm, const std::string& path, std::int64_t n,
                                const std::vector<int>& modes, const Provenance& provenance) {
  collectively(comm, [&] {
    if (!comm.root()) return;
    hdf5::write_file(path, static_cast<std::uint64_t>(n) * row_bytes(modes.size()),
                     [&](hid_t file) { write_header(file, n, modes, provenance); });
  });
  return open(comm, path, Access::write);
}

ResultTable ResultTable::open(const Communicator& comm, const std::string& path, Access access) {
  auto impl = std::make_unique<Impl>(comm.duplicate(), path, access);
  impl->open_file();
  return ResultTable(std::move(impl));
}

std::int64_t ResultTable::size() const {
  return impl_->n;
}
const std::vector<int>& ResultTable::modes() const {
  return impl_->modes;
}
Provenance ResultTable::provenance() const {
  return impl_->provenance;
}

std::vector<ParticleResult> ResultTable::read(std::int64_t first, std::int64_t count) const {
  const ResultRows rows = impl_->rows(first, count);
  std::vector<ParticleResult> results;
  results.reserve(rows.rows);
  for (std::size_t i = 0; i < rows.rows; ++i) results.push_back(rows.result(i));
  return results;
}

void ResultTable::write(std::int64_t first, std::span<const ParticleResult> rows) {
  require(impl_->access == Access::write, "the table was opened for reading");
  ResultRows packed = pack_results(rows, impl_->modes.size());
  impl_->transfer(packed, first, true);
}

std::vector<ParticleState> ResultTable::states() const {
  std::vector<ParticleState> states(static_cast<std::size_t>(impl_->n));
  for (std::int64_t first = 0; first < impl_->n; first += block_rows) {
    const ResultRows rows = impl_->rows(first, std::min(block_rows, impl_->n - first));
    for (std::size_t i = 0; i < rows.rows; ++i)
      states[static_cast<std::size_t>(first) + i] = rows.checked_state(i);
  }
  return states;
}

void ResultTable::store_vector(const std::string& name, const std::vector<double>& values,
                               const std::string& units, const std::string& description) {
  require(impl_->access == Access::write, "the table was opened for reading");
  impl_->close_file();
  // New data sets change the file's structure, which a kill could leave half written: change a copy, then
  // rename.
  collectively(impl_->comm, [&] {
    if (!impl_->comm.root()) return;
    const std::string temporary = temporary_name(impl_->path);
    std::filesystem::copy_file(impl_->path, temporary, std::filesystem::copy_options::overwrite_existing);
    auto file = hdf5::open_file(temporary, hdf5::Access::write);
    if (!hdf5::exists(file, "fit")) hdf5::make_group(file, "fit");
    const std::string full_name = "fit/" + name;
    if (hdf5::exists(file, full_name))
      hdf5::check(H5Ldelete(file, full_name.c_str(), H5P_DEFAULT), "cannot replace " + full_name);
    hdf5::write_values(file, full_name, {values.size()}, values.data(), {units, description});
    hdf5::publish_file(std::move(file), temporary, impl_->path);
  });
  impl_->open_file();
}

std::vector<double> ResultTable::load_vector(const std::string& name) const {
  std::vector<double> values;
  collectively(impl_->comm, [&] {
    const std::string full_name = "fit/" + name;
    if (impl_->comm.root() && hdf5::exists(impl_->file, full_name))
      values = hdf5::read_values<double>(impl_->file, full_name);
  });
  std::uint64_t size = values.size();
  impl_->comm.broadcast(std::span<std::uint64_t>(&size, 1));
  values.resize(size);
  impl_->comm.broadcast(std::span<double>(values));
  return values;
}

void ResultTable::close() {
  impl_->comm.barrier();
  collectively(impl_->comm, [&] {
    if (impl_->comm.root() && impl_->access == Access::write) write_end_time(impl_->file);
  });
  impl_->close_file();
}

}  // namespace elastem
