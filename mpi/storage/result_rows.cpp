#include "mpi/storage/result_rows.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "mpi/storage/row_checksum.hpp"

namespace elastem {
namespace {

template <class Vector>
void copy_or_nan(const Vector& values, std::size_t size, double* to, bool may_be_empty) {
  if (values.size() == 0 && may_be_empty) {
    std::fill_n(to, size, std::numeric_limits<double>::quiet_NaN());
    return;
  }
  require(static_cast<std::size_t>(values.size()) == size,
          "a result has another number of parameters than the table");
  std::copy_n(values.data(), size, to);
}

}  // namespace

ResultRows::ResultRows(std::size_t row_count, std::size_t amplitudes_per_row)
    : rows(row_count),
      modes(amplitudes_per_row),
      amplitudes(rows * modes),
      euler_angles(rows * 3),
      shifts(rows * 2),
      standard_errors(rows * (modes + 5)),
      score(rows),
      state(rows),
      reason(rows),
      checksum(rows) {}

std::uint32_t ResultRows::row_checksum(std::size_t row) const {
  return RowChecksum()
      .add(amplitudes.data() + row * modes, modes)
      .add(euler_angles.data() + row * 3, 3)
      .add(shifts.data() + row * 2, 2)
      .add(standard_errors.data() + row * (modes + 5), modes + 5)
      .add(score.data() + row, 1)
      .add(state.data() + row, 1)
      .add(reason.data() + row, 1)
      .value();
}

ParticleState ResultRows::checked_state(std::size_t row) const {
  const auto stored = static_cast<ParticleState>(state[row]);
  const bool finished = stored == ParticleState::done || stored == ParticleState::failed;
  return finished && checksum[row] == row_checksum(row) ? stored : ParticleState::pending;
}

ParticleResult ResultRows::pending_result() const {
  const auto k = static_cast<Eigen::Index>(modes);
  ParticleResult result;
  result.amplitudes = Eigen::VectorXd::Zero(k);
  result.standard_errors = Eigen::VectorXd::Zero(k + 5);
  return result;
}

ParticleResult ResultRows::result(std::size_t row) const {
  const ParticleState checked = checked_state(row);
  if (checked == ParticleState::pending) return pending_result();
  const auto k = static_cast<Eigen::Index>(modes);
  ParticleResult result;
  result.state = checked;
  result.amplitudes = Eigen::Map<const Eigen::VectorXd>(amplitudes.data() + row * modes, k);
  result.euler_angles = Eigen::Map<const Eigen::Vector3d>(euler_angles.data() + row * 3);
  result.shift = Eigen::Map<const Eigen::Vector2d>(shifts.data() + row * 2);
  result.standard_errors =
      Eigen::Map<const Eigen::VectorXd>(standard_errors.data() + row * (modes + 5), k + 5);
  result.score = score[row];
  result.reason = static_cast<FailureReason>(reason[row]);
  return result;
}

ResultRows pack_results(std::span<const ParticleResult> results, std::size_t modes) {
  ResultRows rows(results.size(), modes);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& result = results[i];
    const bool failed = result.state != ParticleState::done;
    copy_or_nan(result.amplitudes, modes, rows.amplitudes.data() + i * modes, failed);
    copy_or_nan(result.standard_errors, modes + 5, rows.standard_errors.data() + i * (modes + 5), failed);
    std::copy_n(result.euler_angles.data(), 3, rows.euler_angles.data() + i * 3);
    std::copy_n(result.shift.data(), 2, rows.shifts.data() + i * 2);
    rows.score[i] = result.score;
    rows.state[i] = static_cast<std::uint8_t>(result.state);
    rows.reason[i] = static_cast<std::uint8_t>(result.reason);
    rows.checksum[i] = rows.row_checksum(i);
  }
  return rows;
}

}  // namespace elastem
