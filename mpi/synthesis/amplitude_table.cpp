#include "mpi/synthesis/amplitude_table.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/synthesis/row_source.hpp"
#include "synthesis/number_table.hpp"

namespace elastem {

namespace {

using Amplitudes = std::vector<Eigen::VectorXd>;

// Where each of `modes` stands among those of the table.
std::vector<Eigen::Index> columns_of(const std::vector<int>& modes, const std::vector<int>& there,
                                     const std::string& path) {
  std::vector<Eigen::Index> columns;
  for (const int mode : modes) {
    const auto found = std::find(there.begin(), there.end(), mode);
    if (found == there.end())
      throw Error(fmt::format("{}: has no amplitudes of mode {}, but of {}; select among these with --modes",
                              path, mode, format_number_list(there)));
    columns.push_back(found - there.begin());
  }
  return columns;
}

// A result table that this rank reads by itself.
class AmplitudeRows {
 public:
  AmplitudeRows(const std::string& path, const std::vector<int>& modes)
      : path_(path),
        table_(ResultTable::open(Communicator::self(), path, ResultTable::Access::read)),
        columns_(columns_of(modes, table_.modes(), path)) {
    if (table_.size() == 0) throw Error(path + ": holds no particles");
  }

  std::int64_t rows() const { return table_.size(); }

  Amplitudes read(std::int64_t first, std::int64_t count) const {
    Amplitudes amplitudes;
    for (const ParticleResult& result : table_.read(first, count)) {
      if (result.state != ParticleState::done)
        throw Error(fmt::format(
            "{}: particle {} has no amplitudes (it failed or is still to be done); give a table in "
            "which all are done",
            path_, first + 1 + static_cast<std::int64_t>(amplitudes.size())));
      amplitudes.emplace_back(result.amplitudes(columns_));
    }
    return amplitudes;
  }

 private:
  std::string path_;
  ResultTable table_;
  std::vector<Eigen::Index> columns_;
};

}  // namespace

std::function<Eigen::VectorXd(std::uint64_t)> open_amplitudes(const Communicator& comm,
                                                              const std::string& path,
                                                              const std::vector<int>& modes) {
  if (!path.ends_with(".h5")) {
    const auto amplitudes = std::make_shared<const Eigen::MatrixXd>(from_root(comm, [&] {
      return read_number_table(path, static_cast<Eigen::Index>(modes.size()),
                               "one for each of the modes " + format_number_list(modes) + " (--modes)");
    }));
    return [amplitudes](std::uint64_t particle) -> Eigen::VectorXd {
      return amplitudes->col(
          static_cast<Eigen::Index>(particle % static_cast<std::uint64_t>(amplitudes->cols())));
    };
  }
  std::shared_ptr<const AmplitudeRows> rows;
  collectively(comm, [&] {
    rows = std::make_shared<const AmplitudeRows>(path, modes);
    // Each rank looks at an equal share, so that a particle that is not done is found before the work begins.
    constexpr std::int64_t block = 1024;
    const Range share = equal_share(comm, rows->rows());
    const std::int64_t end = share.first + share.count;
    for (std::int64_t row = share.first; row < end; row += block) rows->read(row, std::min(block, end - row));
  });
  return row_source<Eigen::VectorXd>(
      rows->rows(), [rows](std::int64_t first, std::int64_t count) { return rows->read(first, count); });
}

}  // namespace elastem
