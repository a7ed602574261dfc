#include "mpi/storage/packed_results.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class Vector>
void copy_or_nan(const Vector& values, std::size_t size, double* to, bool may_be_empty) {
  if (values.size() == 0 && may_be_empty) {
    std::fill_n(to, size, nan);
    return;
  }
  require(static_cast<std::size_t>(values.size()) == size,
          "a result has another number of parameters than the table");
  std::copy_n(values.data(), size, to);
}

Eigen::Map<const Eigen::VectorXd> numbers(const std::vector<double>& values, std::size_t row,
                                          std::size_t width) {
  return {values.data() + row * width, static_cast<Eigen::Index>(width)};
}

// Whether a result can be believed to be one: finite, and no farther than molecules move.
bool is_sound(const ParticleResult& result) {
  constexpr double farthest = 1e6;  // Å
  return result.amplitudes.allFinite() && result.euler_angles.allFinite() && result.shift.allFinite() &&
         std::isfinite(result.score) && (result.amplitudes.array().abs() <= farthest).all() &&
         (result.shift.array().abs() <= farthest).all();
}

void pack_details(const FitDetails& fit, FitRows& rows, std::size_t row) {
  const std::size_t modes = rows.table.modes, square = width(PerRow::covariance, rows.table);
  require(static_cast<std::size_t>(fit.covariance.size()) == square &&
              static_cast<std::size_t>(fit.amplitudes.size()) == modes,
          "a fit has another number of parameters than the table");
  std::transform(fit.covariance.data(), fit.covariance.data() + square, rows.covariance.data() + row * square,
                 [](double value) { return static_cast<float>(value); });
  std::copy_n(fit.amplitudes.data(), modes, rows.amplitudes.data() + row * modes);
  rows.chi2[row] = fit.chi2;
  rows.defocus_change[row] = fit.defocus_change;
  rows.outlier[row] = fit.outlier ? 1 : 0;
}

void pack_no_details(FitRows& rows, std::size_t row) {
  const std::size_t modes = rows.table.modes, square = width(PerRow::covariance, rows.table);
  std::fill_n(rows.covariance.data() + row * square, square, std::numeric_limits<float>::quiet_NaN());
  std::fill_n(rows.amplitudes.data() + row * modes, modes, nan);
  rows.chi2[row] = rows.defocus_change[row] = nan;
}

Eigen::Map<const Eigen::MatrixXf> covariance_in(const FitRows& rows, std::size_t row) {
  const auto side = static_cast<Eigen::Index>(width(PerRow::parameters, rows.table));
  return {rows.covariance.data() + row * width(PerRow::covariance, rows.table), side, side};
}

}  // namespace

ResultRows pack_results(std::span<const ParticleResult> results, const TableShape& table) {
  ResultRows rows(table, static_cast<std::int64_t>(results.size()));
  const std::size_t modes = table.modes, parameters = modes + 5;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& result = results[i];
    const bool failed = result.state != ParticleState::done;
    copy_or_nan(result.amplitudes, modes, rows.amplitudes.data() + i * modes, failed);
    copy_or_nan(result.standard_errors, parameters, rows.standard_errors.data() + i * parameters, failed);
    if (!rows.image.empty()) {
      require(result.image.size() <= table.key_length, "a key is longer than the table has room for");
      std::copy(result.image.begin(), result.image.end(), rows.image.data() + i * table.key_length);
    }
    std::copy_n(result.euler_angles.data(), 3, rows.euler_angles.data() + i * 3);
    std::copy_n(result.shift.data(), 2, rows.shifts.data() + i * 2);
    rows.score[i] = result.score;
    const bool unsound = !failed && !is_sound(result);
    rows.state[i] = static_cast<std::uint8_t>(unsound ? ParticleState::failed : result.state);
    rows.reason[i] = static_cast<std::uint8_t>(unsound ? FailureReason::not_converged : result.reason);
    rows.checksum[i] = rows.row_checksum(i);
  }
  return rows;
}

FitRows pack_fits(std::span<const ParticleResult> results, const TableShape& table) {
  FitRows rows(table, static_cast<std::int64_t>(results.size()));
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& result = results[i];
    std::copy_n(result.euler_angles.data(), 3, rows.euler_angles.data() + i * 3);
    std::copy_n(result.shift.data(), 2, rows.shifts.data() + i * 2);
    require(result.fit || result.state != ParticleState::done,
            "an aligned particle has the details of its fit");
    if (result.fit)
      pack_details(*result.fit, rows, i);
    else
      pack_no_details(rows, i);
    rows.checksum[i] = rows.row_checksum(i);
  }
  return rows;
}

ParticleState checked_state(const ResultRows& rows, std::size_t row) {
  const auto stored = static_cast<ParticleState>(rows.state[row]);
  const bool finished = stored == ParticleState::done || stored == ParticleState::failed;
  return finished && rows.intact(row) ? stored : ParticleState::pending;
}

ParticleResult pending_result(std::size_t modes) {
  const auto k = static_cast<Eigen::Index>(modes);
  ParticleResult result;
  result.amplitudes = Eigen::VectorXd::Zero(k);
  result.standard_errors = Eigen::VectorXd::Zero(k + 5);
  return result;
}

std::string key_in(const ResultRows& rows, std::size_t row) {
  if (rows.image.empty()) return {};
  const std::size_t length = rows.table.key_length;
  const char* const text = rows.image.data() + row * length;
  return {text, strnlen(text, length)};
}

ParticleResult unpacked(const ResultRows& rows, std::size_t row) {
  const std::size_t modes = rows.table.modes;
  const ParticleState state = checked_state(rows, row);
  if (state == ParticleState::pending) return pending_result(modes);
  ParticleResult result;
  result.image = key_in(rows, row);
  result.state = state;
  result.amplitudes = numbers(rows.amplitudes, row, modes);
  result.euler_angles = numbers(rows.euler_angles, row, 3);
  result.shift = numbers(rows.shifts, row, 2);
  result.standard_errors = numbers(rows.standard_errors, row, modes + 5);
  result.score = rows.score[row];
  result.reason = static_cast<FailureReason>(rows.reason[row]);
  return result;
}

FitDetails details_in(const FitRows& rows, std::size_t row) {
  FitDetails details;
  if (!rows.covariance.empty()) details.covariance = covariance_in(rows, row).cast<double>();
  details.amplitudes = numbers(rows.amplitudes, row, rows.table.modes);
  details.chi2 = rows.chi2[row];
  details.defocus_change = rows.defocus_change[row];
  details.outlier = rows.outlier[row] != 0;
  return details;
}

void restore_image_alone(const FitRows& rows, std::size_t row, ParticleResult& result) {
  result.amplitudes = numbers(rows.amplitudes, row, rows.table.modes);
  result.euler_angles = numbers(rows.euler_angles, row, 3);
  result.shift = numbers(rows.shifts, row, 2);
  result.standard_errors = covariance_in(rows, row).diagonal().cast<double>().cwiseSqrt();
}

}  // namespace elastem
