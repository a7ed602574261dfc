#include "mpi/storage/table_column.hpp"

#include "core/error.hpp"

namespace elastem {

TableColumn::TableColumn(hid_t file, std::string path, std::string name)
    : path_(std::move(path)), name_(std::move(name)), dataset_(hdf5::open_dataset(file, name_)) {}

void TableColumn::require_shape(std::uint64_t rows, const std::vector<std::uint64_t>& sides) const {
  std::vector<std::uint64_t> wanted = {rows};
  wanted.insert(wanted.end(), sides.begin(), sides.end());
  if (hdf5::shape(dataset_) != wanted)
    throw Error(path_ + ": /" + name_ + " has another shape than the rest of the table");
}

hdf5::Selection TableColumn::rows(std::int64_t first, std::int64_t count) const {
  auto extent = hdf5::shape(dataset_);
  std::vector<std::uint64_t> start(extent.size(), 0);
  start[0] = static_cast<std::uint64_t>(first);
  extent[0] = static_cast<std::uint64_t>(count);
  return hdf5::select(dataset_, start, extent);
}

std::string TableColumn::rows_text(std::int64_t first, std::int64_t count) const {
  return " rows " + std::to_string(first + 1) + " to " + std::to_string(first + count) + " of " + name_;
}

void TableColumn::read(std::int64_t first, std::int64_t count, hid_t type, void* values) const {
  const auto selection = rows(first, count);
  hdf5::check(H5Dread(dataset_, type, selection.memory, selection.file, H5P_DEFAULT, values),
              path_ + ": cannot read" + rows_text(first, count) + "; is the file cut short?");
}

void TableColumn::write(std::int64_t first, std::int64_t count, hid_t type, const void* values) const {
  const auto selection = rows(first, count);
  hdf5::check(H5Dwrite(dataset_, type, selection.memory, selection.file, H5P_DEFAULT, values),
              path_ + ": cannot write" + rows_text(first, count) + "; is the disk full?");
}

}  // namespace elastem
