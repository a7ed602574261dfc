#include "mpi/storage/result_table.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <optional>
#include <span>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/storage/fit_columns.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "mpi/storage/result_rows.hpp"
#include "mpi/storage/stored_prior.hpp"
#include "mpi/storage/stored_provenance.hpp"
#include "mpi/storage/table_column.hpp"

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

void write_header(hid_t file, std::int64_t n, const std::vector<int>& modes, const Provenance& provenance,
                  const TableContents& contents) {
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
  if (contents.fits) FitColumns::create(file, n, modes.size());
  if (contents.prior) create_stored_prior(file, modes.size());
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
    for (auto& column : columns) column.abandon();
    if (fits) fits->abandon();
    file.release();
  }

  void open_file() {
    file = hdf5::open_file(comm, path, access == Access::write ? hdf5::Access::write : hdf5::Access::read);
    collectively(comm, [&] { read_header(); });
  }

  void close_file() {
    for (auto& column : columns) column.close();
    fits.reset();
    file.reset();
  }

  void read_header() {
    if (!hdf5::exists(file, "particles/amplitudes") || !hdf5::exists(file, "particles/state"))
      throw Error(path +
                  " is not a table of particle results (there is no /particles); give an alignment.h5, "
                  "predictions.h5 or truth.h5");
    try {
      for (std::size_t i = 0; i < column::count; ++i)
        columns[i] = TableColumn(file, path, std::string("particles/") + column_names[i]);
      modes = hdf5::read_int_attribute(columns[column::amplitudes].handle(), "modes");
      provenance = read_provenance(file);
    } catch (const Error& error) {
      throw Error(path + ": " + error.what() + "; the file was not written by this version of elastem");
    }
    const std::uint64_t rows = hdf5::shape(columns[column::state].handle()).at(0), k = modes.size();
    columns[column::amplitudes].require_shape(rows, {k});
    columns[column::euler_angles].require_shape(rows, {3});
    columns[column::shifts].require_shape(rows, {2});
    columns[column::standard_errors].require_shape(rows, {k + 5});
    for (const Column single : {column::score, column::reason, column::checksum, column::state})
      columns[single].require_shape(rows, {});
    n = static_cast<std::int64_t>(rows);
    if (FitColumns::present(file)) fits.emplace(file, path, n, modes.size());
  }

  void require_rows(std::int64_t first, std::int64_t count) const {
    require(count >= 0, "a negative number of rows");
    require(first >= 0 && first + count <= n, "rows outside the table");
  }

  // Calls move(column, values) for every column of a row, the state last.
  template <class Rows, class Move>
  void each_column(Rows& rows, Move move) const {
    if (!modes.empty()) move(columns[column::amplitudes], rows.amplitudes);
    move(columns[column::euler_angles], rows.euler_angles);
    move(columns[column::shifts], rows.shifts);
    move(columns[column::standard_errors], rows.standard_errors);
    move(columns[column::score], rows.score);
    move(columns[column::reason], rows.reason);
    move(columns[column::checksum], rows.checksum);
    move(columns[column::state], rows.state);
  }

  // Independent.
  ResultRows read_rows(std::int64_t first, std::int64_t count) const {
    require_rows(first, count);
    ResultRows rows(static_cast<std::size_t>(count), modes.size());
    if (count == 0) return rows;
    each_column(rows, [&](const TableColumn& column, auto& values) { column.read(first, count, values); });
    return rows;
  }

  // Independent.
  void write_rows(std::int64_t first, const ResultRows& rows) const {
    const auto count = static_cast<std::int64_t>(rows.rows);
    require_rows(first, count);
    if (count == 0) return;
    each_column(rows,
                [&](const TableColumn& column, const auto& values) { column.write(first, count, values); });
  }

  Communicator comm;
  std::string path;
  Access access;
  hdf5::Handle file;
  std::array<TableColumn, column::count> columns;
  std::optional<FitColumns> fits;
  std::int64_t n = 0;
  std::vector<int> modes;
  Provenance provenance;
};

ResultTable::ResultTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ResultTable::ResultTable(ResultTable&&) noexcept = default;
ResultTable& ResultTable::operator=(ResultTable&&) noexcept = default;
ResultTable::~ResultTable() = default;

ResultTable ResultTable::create(const Communicator& comm, const std::string& path, std::int64_t n,
                                const std::vector<int>& modes, const Provenance& provenance,
                                const TableContents& contents) {
  collectively(comm, [&] {
    if (!comm.root()) return;
    const std::uint64_t bytes =
        row_bytes(modes.size()) + (contents.fits ? FitColumns::row_bytes(modes.size()) : 0);
    hdf5::write_file(path, static_cast<std::uint64_t>(n) * bytes,
                     [&](hid_t file) { write_header(file, n, modes, provenance, contents); });
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

bool ResultTable::has_fits() const {
  return impl_->fits.has_value();
}

std::vector<ParticleResult> ResultTable::read(std::int64_t first, std::int64_t count, Details details) const {
  const ResultRows rows = impl_->read_rows(first, count);
  std::optional<FitRows> fits;
  if (impl_->fits && details != Details::none)
    fits = impl_->fits->read(first, count,
                             details == Details::brief ? FitColumns::Part::brief : FitColumns::Part::all);
  std::vector<ParticleResult> results;
  results.reserve(rows.rows);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const bool trusted = !fits || details == Details::brief || fits->intact(i);
    results.push_back(trusted ? rows.result(i) : rows.pending_result());
    if (!fits || results.back().state != ParticleState::done) continue;
    results.back().fit = fits->details(i);
    if (details == Details::image_alone) fits->restore(i, results.back());
  }
  return results;
}

void ResultTable::write(std::int64_t first, std::span<const ParticleResult> rows) {
  require(impl_->access == Access::write, "the table was opened for reading");
  const ResultRows packed = pack_results(rows, impl_->modes.size());
  impl_->require_rows(first, static_cast<std::int64_t>(rows.size()));
  if (impl_->fits) impl_->fits->write(first, pack_fits(rows, impl_->modes.size()));
  impl_->write_rows(first, packed);
}

void ResultTable::rewrite(std::int64_t first, std::span<const ParticleResult> rows) {
  require(impl_->access == Access::write, "the table was opened for reading");
  impl_->write_rows(first, pack_results(rows, impl_->modes.size()));
}

void ResultTable::write_outliers(std::int64_t first, const std::vector<std::uint8_t>& flags) {
  require(impl_->access == Access::write && impl_->fits, "a table with fits, opened for writing");
  impl_->require_rows(first, static_cast<std::int64_t>(flags.size()));
  impl_->fits->write_outliers(first, flags);
}

void ResultTable::write_prior(const LearntPrior& learnt) {
  require(impl_->access == Access::write && has_stored_prior(impl_->file),
          "a table with room for a prior, opened for writing");
  write_stored_prior(impl_->file, learnt);
}

std::optional<LearntPrior> ResultTable::read_prior() const {
  return read_stored_prior(impl_->file);
}

std::vector<ParticleState> ResultTable::states() const {
  std::vector<ParticleState> states(static_cast<std::size_t>(impl_->n));
  for (std::int64_t first = 0; first < impl_->n; first += block_rows) {
    const std::int64_t count = std::min(block_rows, impl_->n - first);
    const ResultRows rows = impl_->read_rows(first, count);
    std::optional<FitRows> fits;
    if (impl_->fits) fits = impl_->fits->read(first, count, FitColumns::Part::all);
    for (std::size_t i = 0; i < rows.rows; ++i)
      states[static_cast<std::size_t>(first) + i] =
          fits && !fits->intact(i) ? ParticleState::pending : rows.checked_state(i);
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

void ResultTable::close(const std::string& stages) {
  impl_->comm.barrier();
  collectively(impl_->comm, [&] {
    if (impl_->comm.root() && impl_->access == Access::write) write_end(impl_->file, stages);
  });
  impl_->close_file();
}

}  // namespace elastem
