#include "mpi/storage/result_table.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "core/error.hpp"
#include "core/unwinding.hpp"
#include "mpi/storage/column_group.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "mpi/storage/packed_results.hpp"
#include "mpi/storage/stored_prior.hpp"
#include "mpi/storage/stored_provenance.hpp"

namespace elastem {
namespace {

using ResultColumns = ColumnGroup<ResultValues>;
using FitColumns = ColumnGroup<FitValues>;

bool any_finished(const ResultRows& rows) {
  return std::ranges::any_of(rows.state, [](std::uint8_t state) { return state != 0; });
}

// Throws Error unless they are numbers of modes.
void require_distinct(std::vector<int> modes) {
  std::ranges::sort(modes);
  if ((!modes.empty() && modes.front() < 1) || std::ranges::adjacent_find(modes) != modes.end())
    throw Error("the attribute modes of /particles/amplitudes does not name modes, each once");
}

void write_vectors(hid_t file, const std::vector<StoredVector>& vectors) {
  if (vectors.empty()) return;
  if (!hdf5::exists(file, "fit")) hdf5::make_group(file, "fit");
  for (const auto& vector : vectors)
    hdf5::write_values(file, "fit/" + vector.name, {vector.values.size()}, vector.values.data(),
                       {vector.units, vector.description});
}

void write_header(hid_t file, const TableShape& shape, const std::vector<int>& modes,
                  const Provenance& provenance, const TableContents& contents) {
  hdf5::write_format(file, "particle results", table_format);
  write_provenance(file, provenance);
  ResultColumns::create(file, shape);
  hdf5::write_attribute(hdf5::open_dataset(file, "particles/amplitudes"), "modes", modes);
  hdf5::write_attribute(hdf5::open_dataset(file, "particles/state"), "codes",
                        std::vector<std::string>{"pending", "done", "failed"});
  hdf5::write_attribute(hdf5::open_dataset(file, "particles/reason"), "codes",
                        std::vector<std::string>(failure_names.begin(), failure_names.end()));
  if (contents.fits) FitColumns::create(file, shape);
  if (contents.prior) create_stored_prior(file, modes.size());
  write_vectors(file, contents.vectors);
}

}  // namespace

struct ResultTable::Impl {
  Impl(Communicator own_comm, std::string file_path, Access how)
      : comm(std::move(own_comm)), path(std::move(file_path)), access(how) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Closing is collective: when an exception unwinds this rank the others may be elsewhere, and it would wait
  // for ever. All that matters is in the file already.
  ~Impl() {
    if (unwinding)
      abandon_file();
    else
      close_file();
  }

  void open_file() {
    file = hdf5::open_file(comm, path, access == Access::write ? hdf5::Access::write : hdf5::Access::read);
    collectively(comm, [&] { read_header(); });
  }

  void close_file() {
    columns.reset();
    fits.reset();
    file.reset();
  }

  void abandon_file() {
    if (columns) columns->abandon();
    if (fits) fits->abandon();
    file.release();
  }

  void read_header() {
    if (!hdf5::exists(file, "particles/amplitudes") || !hdf5::exists(file, "particles/state"))
      throw Error(path +
                  " is not a table of particle results (there is no /particles); give an alignment.h5, "
                  "predictions.h5 or truth.h5");
    shape.format = hdf5::check_format(file, path, table_format);
    try {
      modes = hdf5::read_int_attribute(hdf5::open_dataset(file, "particles/amplitudes"), "modes");
      shape.modes = modes.size();
      require_distinct(modes);
      const auto states = hdf5::shape(hdf5::open_dataset(file, "particles/state"));
      if (states.size() != 1) throw Error("/particles/state is no list of states");
      shape.rows = static_cast<std::int64_t>(states.front());
      if (hdf5::exists(file, "particles/image"))
        shape.key_length = hdf5::text_length(hdf5::open_dataset(file, "particles/image"), "particles/image");
      columns.emplace(file, path, shape);
      if (hdf5::exists(file, "fit/covariance")) fits.emplace(file, path, shape);
      provenance = read_provenance(file);
    } catch (const Error& error) {
      throw hdf5::error_in(path, error.what(), "was the file changed by another program? Make it anew");
    }
  }

  void require_rows(std::int64_t first, std::int64_t count) const {
    require(count >= 0, "a negative number of rows");
    require(first >= 0 && first + count <= shape.rows, "rows outside the table");
  }

  // Where no row is finished, only the states are read. Independent.
  ResultRows read_rows(std::int64_t first, std::int64_t count) const {
    require_rows(first, count);
    ResultRows rows(shape, count);
    columns->read(first, rows, state_column);
    if (any_finished(rows)) columns->read(first, rows, all_but_state);
    return rows;
  }

  // Independent.
  FitRows read_fits(std::int64_t first, std::int64_t count, ColumnChoice choice) const {
    FitRows rows(shape, count, choice);
    fits->read(first, rows, choice);
    return rows;
  }

  Communicator comm;
  Unwinding unwinding;
  std::string path;
  Access access;
  hdf5::Handle file;
  TableShape shape;
  std::optional<ResultColumns> columns;
  std::optional<FitColumns> fits;
  std::vector<int> modes;
  Provenance provenance;
};

ResultTable::ResultTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ResultTable::ResultTable(ResultTable&&) noexcept = default;
ResultTable::~ResultTable() = default;

ResultTable ResultTable::create(const Communicator& comm, const std::string& path, std::int64_t n,
                                const std::vector<int>& modes, const Provenance& provenance,
                                const TableContents& contents) {
  on_root(comm, [&] {
    const TableShape shape{n, modes.size(), std::max<std::size_t>(contents.key_length, 1)};
    std::uint64_t bytes =
        static_cast<std::uint64_t>(n) *
        (ResultColumns::row_bytes(shape) + (contents.fits ? FitColumns::row_bytes(shape) : 0));
    for (const auto& vector : contents.vectors) bytes += vector.values.size() * sizeof(double);
    hdf5::write_file(path, bytes,
                     [&](hid_t file) { write_header(file, shape, modes, provenance, contents); });
  });
  return open(comm, path, Access::write);
}

ResultTable ResultTable::open(const Communicator& comm, const std::string& path, Access access) {
  auto impl = std::make_unique<Impl>(comm.duplicate(), path, access);
  impl->open_file();
  return ResultTable(std::move(impl));
}

std::int64_t ResultTable::size() const {
  return impl_->shape.rows;
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
bool ResultTable::has_keys() const {
  return impl_->shape.key_length > 0;
}

std::vector<ParticleResult> ResultTable::read(std::int64_t first, std::int64_t count, Details details) const {
  const ResultRows rows = impl_->read_rows(first, count);
  std::optional<FitRows> fits;
  if (impl_->fits && details != Details::none && any_finished(rows))
    fits = impl_->read_fits(first, count, details == Details::brief ? brief_columns : all_columns);
  std::vector<ParticleResult> results;
  results.reserve(rows.count);
  for (std::size_t i = 0; i < rows.count; ++i) {
    const bool trusted = !fits || details == Details::brief || fits->intact(i);
    results.push_back(trusted ? unpacked(rows, i) : pending_result(impl_->shape.modes));
    if (!fits || results.back().state != ParticleState::done) continue;
    results.back().fit = details_in(*fits, i);
    if (details == Details::image_alone) restore_image_alone(*fits, i, results.back());
  }
  return results;
}

std::vector<std::string> ResultTable::keys(std::int64_t first, std::int64_t count) const {
  const auto only_keys = [](Role role) { return role == Role::key; };
  impl_->require_rows(first, count);
  ResultRows rows(impl_->shape, count, only_keys);
  impl_->columns->read(first, rows, only_keys);
  std::vector<std::string> keys;
  keys.reserve(rows.count);
  for (std::size_t i = 0; i < rows.count; ++i) keys.push_back(key_in(rows, i));
  return keys;
}

void ResultTable::write(std::int64_t first, std::span<const ParticleResult> rows) {
  require(impl_->access == Access::write, "the table was opened for reading");
  const ResultRows packed = pack_results(rows, impl_->shape);
  impl_->require_rows(first, static_cast<std::int64_t>(rows.size()));
  if (impl_->fits) impl_->fits->write(first, pack_fits(rows, impl_->shape));
  impl_->columns->write(first, packed);
}

void ResultTable::rewrite(std::int64_t first, std::span<const ParticleResult> rows) {
  require(impl_->access == Access::write, "the table was opened for reading");
  impl_->require_rows(first, static_cast<std::int64_t>(rows.size()));
  impl_->columns->write(first, pack_results(rows, impl_->shape));
}

void ResultTable::write_outliers(std::int64_t first, const std::vector<std::uint8_t>& flags) {
  require(impl_->access == Access::write && impl_->fits, "a table with fits, opened for writing");
  impl_->require_rows(first, static_cast<std::int64_t>(flags.size()));
  const auto only_flags = [](Role role) { return role == Role::flag; };
  FitRows rows(impl_->shape, static_cast<std::int64_t>(flags.size()), only_flags);
  rows.outlier = flags;
  impl_->fits->write(first, rows, only_flags);
}

void ResultTable::write_prior(const LearntPrior& learnt) {
  require(impl_->access == Access::write && has_stored_prior(impl_->file),
          "a table with room for a prior, opened for writing");
  write_stored_prior(impl_->file, learnt);
}

std::optional<LearntPrior> ResultTable::read_prior() const {
  return read_stored_prior(impl_->file, impl_->modes.size());
}

void ResultTable::write_images(const std::string& images) {
  require(impl_->access == Access::write, "the table was opened for reading");
  elastem::write_images(impl_->file, images);
}

std::vector<double> ResultTable::load_vector(const std::string& name) const {
  return from_root(impl_->comm, [&] {
    const std::string full_name = "fit/" + name;
    return hdf5::exists(impl_->file, full_name) ? hdf5::read_values<double>(impl_->file, full_name)
                                                : std::vector<double>();
  });
}

bool ResultTable::write_vector(const std::string& name, std::span<const double> values) {
  require(impl_->access == Access::write, "the table was opened for reading");
  const std::string full_name = "fit/" + name;
  if (!hdf5::exists(impl_->file, full_name)) return false;
  const auto dataset = hdf5::open_dataset(impl_->file, full_name);
  require(hdf5::shape(dataset) == std::vector<std::uint64_t>{values.size()}, "as many values as were stored");
  hdf5::check(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
              impl_->path + ": cannot write " + full_name);
  return true;
}

void ResultTable::close(const std::string& stages) {
  impl_->comm.barrier();
  on_root(impl_->comm, [&] {
    if (impl_->access == Access::write) write_end(impl_->file, stages);
  });
  impl_->close_file();
}

}  // namespace elastem
