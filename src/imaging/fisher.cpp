#include "imaging/fisher.hpp"

#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>

#include "core/error.hpp"
#include "core/units.hpp"

namespace elastem {

Eigen::VectorXd standard_errors_from_information(const Eigen::MatrixXd& information) {
  const Eigen::Index n = information.rows();
  // Scaled to a unit diagonal, so that Å and radians do not matter for what counts as singular.
  const Eigen::VectorXd scale = information.diagonal().cwiseMax(0).cwiseSqrt();
  Eigen::MatrixXd scaled = information;
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      const double s = scale[i] * scale[j];
      scaled(i, j) = s > 0 ? information(i, j) / s : (i == j ? 1.0 : 0.0);
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(scaled);
  const double smallest = static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  Eigen::VectorXd errors(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    double variance = 0;
    for (Eigen::Index k = 0; k < n; ++k) {
      const double part = eigen.eigenvectors()(i, k);
      const double value = eigen.eigenvalues()[k];
      if (value > smallest) {
        variance += part * part / value;
      } else if (part * part > smallest) {
        variance = std::numeric_limits<double>::infinity();
      }
    }
    errors[i] = scale[i] > 0 ? std::sqrt(variance) / scale[i] : std::numeric_limits<double>::infinity();
  }
  if (n >= 5) errors.segment<3>(n - 5) *= degrees_per_radian;
  return errors;
}

Eigen::VectorXd standard_errors(Projector<double>& projector, Fft2<double>& fft,
                                const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
                                const Eigen::Vector2d& shift, double grey_scale,
                                const std::vector<float>& transfer, const std::vector<double>& noise_power) {
  const int size = projector.grid().size;
  const int columns = size / 2 + 1;
  const auto terms = static_cast<std::size_t>(size * columns);
  require(transfer.size() == terms && noise_power.size() == terms, "one value a term of the half grid");

  ImageOf<double> image;
  std::vector<ImageOf<double>> derivatives;
  projector.project_with_derivatives(amplitudes, rotation, shift, image, derivatives);
  derivatives.push_back(image);  // the derivative by the grey scale

  // Columns: real and imaginary parts of each derivative, divided by the noise's standard deviation.
  const auto parameters = static_cast<Eigen::Index>(derivatives.size());
  Eigen::MatrixXd jacobian(static_cast<Eigen::Index>(2 * terms), parameters);
  SpectrumOf<double> spectrum;
  for (Eigen::Index j = 0; j < parameters; ++j) {
    fft.forward(derivatives[static_cast<std::size_t>(j)], spectrum);
    const double scale = j + 1 < parameters ? grey_scale : 1.0;
    for (std::size_t t = 1; t < terms; ++t) {
      const int multiplicity = column_multiplicity(static_cast<int>(t) % columns, size);
      const double weight =
          noise_power[t] > 0 ? scale * transfer[t] * std::sqrt(multiplicity / noise_power[t]) : 0;
      const auto row = static_cast<Eigen::Index>(2 * t);
      jacobian(row, j) = weight * spectrum.data()[t].real();
      jacobian(row + 1, j) = weight * spectrum.data()[t].imag();
    }
    jacobian(0, j) = jacobian(1, j) = 0;  // k = 0 takes no part
  }
  const Eigen::MatrixXd full = jacobian.transpose() * jacobian;
  // The grey scale is marginalised: the Schur complement of its entry.
  const Eigen::Index n = parameters - 1;
  const Eigen::VectorXd mixed = full.col(n).head(n);
  const Eigen::MatrixXd information = full.topLeftCorner(n, n) - mixed * mixed.transpose() / full(n, n);
  return standard_errors_from_information(information);
}

}  // namespace elastem
