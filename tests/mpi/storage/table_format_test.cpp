#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include "mpi/storage/column_group.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "mpi/storage/packed_results.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/stored_provenance.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

ParticleResult some_row(double x) {
  ParticleResult r;
  r.amplitudes = Eigen::VectorXd::Constant(2, x);
  r.euler_angles = {x, 2 * x, 3 * x};
  r.shift = {-x, x};
  r.standard_errors = Eigen::VectorXd::LinSpaced(7, x, 2 * x);
  r.score = 0.5;
  r.state = ParticleState::done;
  r.fit = FitDetails{};
  r.fit->covariance = Eigen::MatrixXd::Constant(7, 7, x);
  r.fit->amplitudes = r.amplitudes;
  r.fit->chi2 = 1 + x;
  return r;
}

template <class Values>
void write_group(hid_t file, const std::string& path, const TableShape& shape, const RowBlock<Values>& rows) {
  ColumnGroup<Values>::create(file, shape);
  ColumnGroup<Values> columns(file, path, shape);
  columns.write(0, rows);
  columns.close();
}

// A table as an older elastem wrote it: without the newer columns, also in the checksums. By rank 0.
void write_older(const std::string& path, int format, std::span<const ParticleResult> results) {
  const TableShape shape{static_cast<std::int64_t>(results.size()), 2, format == 1 ? 0U : 12U, format};
  hdf5::write_file(path, 1 << 16, [&](hid_t file) {
    hdf5::write_attribute(file, "elastem", "particle results");
    if (format > 1) hdf5::write_attribute(file, "format_version", format);
    write_provenance(file, {});
    write_group(file, path, shape, pack_results(results, shape));
    write_group(file, path, shape, pack_fits(results, shape));
    hdf5::write_attribute(hdf5::open_dataset(file, "particles/amplitudes"), "modes", std::vector<int>{7, 8});
  });
}

// Of a row whose fit is whole; 0 of one that counts as pending.
double chi2_of(const ResultTable& table, std::int64_t row) {
  return table.read(row, 1, ResultTable::Details::all).at(0).fit.value_or(FitDetails{}).chi2;
}

TEST(TableFormat, OlderTablesAreReadAndGoOnWithoutWhatTheyLack) {
  const auto comm = Communicator::world();
  const std::vector<ParticleResult> rows = {some_row(1), ParticleResult{}, some_row(3)};
  std::vector<ParticleResult> stored = rows;
  stored[1].amplitudes = Eigen::VectorXd::Zero(2);
  stored[1].standard_errors = Eigen::VectorXd::Zero(7);
  for (int format = 1; format <= table_format; ++format) {
    on_root(comm, [&] { write_older("old.h5", format, stored); });
    auto table = ResultTable::open(comm, "old.h5", ResultTable::Access::write);
    EXPECT_EQ(table.has_keys(), format > 1);
    EXPECT_EQ(table.keys(0, 3), std::vector<std::string>(3));
    EXPECT_EQ(table.read(2, 1).at(0).amplitudes, rows[2].amplitudes);
    EXPECT_EQ(chi2_of(table, 2), rows[2].fit->chi2);
    EXPECT_EQ(table.read(1, 1).at(0).state, ParticleState::pending);
    comm.barrier();
    ParticleResult more = some_row(2);
    more.image = "2@stack.mrcs";
    if (comm.root()) table.write(1, std::vector<ParticleResult>{more});
    comm.barrier();
    const auto written = table.read(1, 1).at(0);
    EXPECT_EQ(written.state, ParticleState::done);
    EXPECT_EQ(written.image, format == 1 ? "" : more.image);
    EXPECT_EQ(chi2_of(table, 1), more.fit->chi2);
    comm.barrier();
  }
}

TEST(TableFormat, ATableOfANewerVersionIsRefused) {
  const auto comm = Communicator::world();
  ResultTable::create(comm, "newer.h5", 1, {7}, {}).close();
  collectively(comm, [&] {
    if (!comm.root()) return;
    const auto file = hdf5::open_file("newer.h5", hdf5::Access::write);
    hdf5::check(H5Adelete(file, "format_version"), "cannot delete");
    hdf5::write_attribute(file, "format_version", table_format + 1);
  });
  EXPECT_EQ(
      error_of([&] { ResultTable::open(comm, "newer.h5", ResultTable::Access::read); }),
      fmt::format(
          "newer.h5 was written by a newer elastem (format {}; this one reads up to {}): update elastem",
          table_format + 1, table_format));
}

template <class C>
std::string type_name() {
  using T = typename C::Value;
  if (std::is_same_v<T, char>) return "text";
  if (std::is_same_v<T, double>) return "float64";
  if (std::is_same_v<T, float>) return "float32";
  return std::is_same_v<T, std::uint8_t> ? "uint8" : "uint32";
}

std::string shape_name(PerRow values) {
  switch (values) {
    case PerRow::two:
      return "n×2";
    case PerRow::three:
      return "n×3";
    case PerRow::amplitudes:
      return "n×K";
    case PerRow::parameters:
      return "n×(K+5)";
    case PerRow::covariance:
      return "n×(K+5)²";
    case PerRow::one:
    case PerRow::text:
      break;
  }
  return "n";
}

template <class Values>
std::string documented() {
  std::string lines;
  for_each_column<Values>([&]<class C>(std::size_t, const C& column) {
    lines += fmt::format("| /{}/{} | {} {} | {} | {} |\n", Schema<Values>::group, column.name, type_name<C>(),
                         shape_name(column.per_row), column.units, column.description);
  });
  return lines;
}

TEST(TableFormat, TheDocumentationHasEachColumnAsTheSchemaHasIt) {
  std::ostringstream page;
  page << std::ifstream(ELASTEM_TEST_DATA "/../../docs/files.md").rdbuf();
  EXPECT_THAT(page.str(), HasSubstr(documented<ResultValues>() + documented<FitValues>()));
}

}  // namespace
}  // namespace elastem
