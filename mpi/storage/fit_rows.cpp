#include "mpi/storage/fit_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "mpi/storage/row_checksum.hpp"

namespace elastem {

FitRows::FitRows(std::size_t row_count, std::size_t amplitudes_per_row, bool with_covariance)
    : rows(row_count),
      modes(amplitudes_per_row),
      covariance(with_covariance ? rows * side() * side() : 0),
      amplitudes(rows * modes),
      euler_angles(rows * 3),
      shifts(rows * 2),
      chi2(rows),
      defocus_change(rows),
      outlier(rows),
      checksum(rows) {}

std::uint32_t FitRows::row_checksum(std::size_t row) const {
  return RowChecksum()
      .add(covariance.data() + row * side() * side(), side() * side())
      .add(amplitudes.data() + row * modes, modes)
      .add(euler_angles.data() + row * 3, 3)
      .add(shifts.data() + row * 2, 2)
      .add(chi2.data() + row, 1)
      .add(defocus_change.data() + row, 1)
      .value();
}

FitDetails FitRows::details(std::size_t row) const {
  FitDetails details;
  const auto n = static_cast<Eigen::Index>(side());
  if (!covariance.empty())
    details.covariance =
        Eigen::Map<const Eigen::MatrixXf>(covariance.data() + row * side() * side(), n, n).cast<double>();
  details.amplitudes =
      Eigen::Map<const Eigen::VectorXd>(amplitudes.data() + row * modes, static_cast<Eigen::Index>(modes));
  details.chi2 = chi2[row];
  details.defocus_change = defocus_change[row];
  details.outlier = outlier[row] != 0;
  return details;
}

void FitRows::restore(std::size_t row, ParticleResult& result) const {
  const auto n = static_cast<Eigen::Index>(side());
  result.amplitudes =
      Eigen::Map<const Eigen::VectorXd>(amplitudes.data() + row * modes, static_cast<Eigen::Index>(modes));
  result.euler_angles = Eigen::Map<const Eigen::Vector3d>(euler_angles.data() + row * 3);
  result.shift = Eigen::Map<const Eigen::Vector2d>(shifts.data() + row * 2);
  result.standard_errors = Eigen::Map<const Eigen::MatrixXf>(covariance.data() + row * side() * side(), n, n)
                               .diagonal()
                               .cast<double>()
                               .cwiseSqrt();
}

FitRows pack_fits(std::span<const ParticleResult> results, std::size_t modes) {
  FitRows rows(results.size(), modes);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::size_t square = rows.side() * rows.side();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& result = results[i];
    std::copy_n(result.euler_angles.data(), 3, rows.euler_angles.data() + i * 3);
    std::copy_n(result.shift.data(), 2, rows.shifts.data() + i * 2);
    if (result.fit) {
      const FitDetails& fit = *result.fit;
      require(static_cast<std::size_t>(fit.covariance.size()) == square &&
                  static_cast<std::size_t>(fit.amplitudes.size()) == modes,
              "a fit has another number of parameters than the table");
      std::transform(fit.covariance.data(), fit.covariance.data() + square,
                     rows.covariance.data() + i * square,
                     [](double value) { return static_cast<float>(value); });
      std::copy_n(fit.amplitudes.data(), modes, rows.amplitudes.data() + i * modes);
      rows.chi2[i] = fit.chi2;
      rows.defocus_change[i] = fit.defocus_change;
      rows.outlier[i] = fit.outlier ? 1 : 0;
    } else {
      require(result.state != ParticleState::done, "an aligned particle has the details of its fit");
      std::fill_n(rows.covariance.data() + i * square, square, std::numeric_limits<float>::quiet_NaN());
      std::fill_n(rows.amplitudes.data() + i * modes, modes, nan);
      rows.chi2[i] = rows.defocus_change[i] = nan;
    }
    rows.checksum[i] = rows.row_checksum(i);
  }
  return rows;
}

}  // namespace elastem
