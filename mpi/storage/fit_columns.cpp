#include "mpi/storage/fit_columns.hpp"

namespace elastem {

void FitColumns::create(hid_t file, std::int64_t n, std::size_t modes) {
  const auto rows = static_cast<std::uint64_t>(n);
  const std::uint64_t k = modes, side = modes + 5;
  const auto group = hdf5::make_group(file, "fit");
  const auto doubles = [&](const char* name, const std::vector<std::uint64_t>& shape,
                           const hdf5::Note& note) {
    hdf5::make_dataset(group, name, H5T_IEEE_F64LE, shape, note);
  };
  hdf5::make_dataset(group, "covariance", H5T_IEEE_F32LE, {rows, side, side},
                     {"products of Å; degrees; Å",
                      "covariance of what the image alone says: amplitudes; rotations about image x, y and "
                      "the view axis; shifts x, y"});
  doubles("amplitudes", {rows, k}, {"Å", "amplitudes from the image alone, before a learnt prior"});
  doubles("euler_angles", {rows, 3}, {"degrees", "rot, tilt, psi from the image alone"});
  doubles("shifts", {rows, 2}, {"Å", "x, y from the image alone"});
  doubles("chi2", {rows}, {"1", "chi-square over its degrees of freedom, for the noise of the data set"});
  doubles("defocus_change", {rows}, {"Å", "added to both defoci"});
  hdf5::make_dataset(group, "outlier", H5T_STD_U8LE, {rows},
                     {"none", "1 where the structure does not explain the image"});
  hdf5::make_dataset(
      group, "checksum", H5T_STD_U32LE, {rows},
      {"none", "CRC-32 of covariance, amplitudes, euler_angles, shifts, chi2, defocus_change"});
}

std::uint64_t FitColumns::row_bytes(std::size_t modes) {
  const std::size_t side = modes + 5;
  return side * side * sizeof(float) + (modes + 3 + 2 + 2) * sizeof(double) + sizeof(std::uint32_t) +
         sizeof(std::uint8_t);
}

bool FitColumns::present(hid_t file) {
  return hdf5::exists(file, "fit/covariance");
}

FitColumns::FitColumns(hid_t file, const std::string& path, std::int64_t n, std::size_t modes)
    : modes_(modes),
      covariance_(file, path, "fit/covariance"),
      amplitudes_(file, path, "fit/amplitudes"),
      euler_angles_(file, path, "fit/euler_angles"),
      shifts_(file, path, "fit/shifts"),
      chi2_(file, path, "fit/chi2"),
      defocus_change_(file, path, "fit/defocus_change"),
      outlier_(file, path, "fit/outlier"),
      checksum_(file, path, "fit/checksum") {
  const auto rows = static_cast<std::uint64_t>(n);
  covariance_.require_shape(rows, {modes + 5, modes + 5});
  amplitudes_.require_shape(rows, {modes});
  euler_angles_.require_shape(rows, {3});
  shifts_.require_shape(rows, {2});
  for (const TableColumn* column : {&chi2_, &defocus_change_, &outlier_, &checksum_})
    column->require_shape(rows, {});
}

FitRows FitColumns::read(std::int64_t first, std::int64_t count, Part part) const {
  FitRows rows(static_cast<std::size_t>(count), modes_, part == Part::all);
  if (count == 0) return rows;
  if (part == Part::all) {
    covariance_.read(first, count, rows.covariance);
    euler_angles_.read(first, count, rows.euler_angles);
    shifts_.read(first, count, rows.shifts);
    checksum_.read(first, count, rows.checksum);
  }
  if (modes_ > 0) amplitudes_.read(first, count, rows.amplitudes);
  chi2_.read(first, count, rows.chi2);
  defocus_change_.read(first, count, rows.defocus_change);
  outlier_.read(first, count, rows.outlier);
  return rows;
}

void FitColumns::write(std::int64_t first, const FitRows& rows) {
  const auto count = static_cast<std::int64_t>(rows.rows);
  if (count == 0) return;
  covariance_.write(first, count, rows.covariance);
  if (modes_ > 0) amplitudes_.write(first, count, rows.amplitudes);
  euler_angles_.write(first, count, rows.euler_angles);
  shifts_.write(first, count, rows.shifts);
  chi2_.write(first, count, rows.chi2);
  defocus_change_.write(first, count, rows.defocus_change);
  outlier_.write(first, count, rows.outlier);
  checksum_.write(first, count, rows.checksum);
}

void FitColumns::write_outliers(std::int64_t first, const std::vector<std::uint8_t>& flags) {
  if (!flags.empty()) outlier_.write(first, static_cast<std::int64_t>(flags.size()), flags);
}

std::array<TableColumn*, 8> FitColumns::columns() {
  return {&covariance_, &amplitudes_,     &euler_angles_, &shifts_,
          &chi2_,       &defocus_change_, &outlier_,      &checksum_};
}

void FitColumns::close() {
  for (TableColumn* column : columns()) column->close();
}

void FitColumns::abandon() {
  for (TableColumn* column : columns()) column->abandon();
}

}  // namespace elastem
