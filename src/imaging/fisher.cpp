#include "imaging/fisher.hpp"

#include <algorithm>
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

template <class Real>
Eigen::VectorXd standard_errors(Fft2<Real>& fft, const ImageOf<Real>& projection,
                                const std::vector<ImageOf<Real>>& derivatives, double grey_scale,
                                const std::vector<float>& transfer, const std::vector<double>& noise_power) {
  const int size = fft.size();
  const int columns = size / 2 + 1;
  const auto terms = static_cast<std::size_t>(size * columns);
  require(transfer.size() == terms && noise_power.size() == terms, "one value per term of the half grid");

  // One weight for the real and one for the imaginary part of each term but k = 0.
  Eigen::Array<Real, Eigen::Dynamic, 1> weights =
      Eigen::Array<Real, Eigen::Dynamic, 1>::Zero(static_cast<Eigen::Index>(2 * terms));
  for (std::size_t t = 1; t < terms; ++t) {
    if (!(noise_power[t] > 0)) continue;
    const int multiplicity = column_multiplicity(static_cast<int>(t) % columns, size);
    const double weight = static_cast<double>(transfer[t]) * std::sqrt(multiplicity / noise_power[t]);
    weights.template segment<2>(static_cast<Eigen::Index>(2 * t)) = static_cast<Real>(weight);
  }

  // Columns: the derivatives by the parameters, then by the grey scale.
  const auto parameters = static_cast<Eigen::Index>(derivatives.size());
  Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic> jacobian(weights.size(), parameters + 1);
  SpectrumOf<Real> spectrum;
  for (Eigen::Index j = 0; j <= parameters; ++j) {
    const bool by_grey_scale = j == parameters;
    fft.forward(by_grey_scale ? projection : derivatives[static_cast<std::size_t>(j)], spectrum);
    const auto scale = static_cast<Real>(by_grey_scale ? 1.0 : grey_scale);
    const Eigen::Map<const Eigen::Array<Real, Eigen::Dynamic, 1>> parts(
        reinterpret_cast<const Real*>(spectrum.data()), weights.size());
    jacobian.col(j) = scale * weights * parts;
  }
  Eigen::MatrixXd full = Eigen::MatrixXd::Zero(parameters + 1, parameters + 1);
  constexpr Eigen::Index block = 512;  // summed in Real, the blocks in double
  for (Eigen::Index first = 0; first < jacobian.rows(); first += block) {
    const auto rows = jacobian.middleRows(first, std::min(block, jacobian.rows() - first));
    full += (rows.transpose() * rows).template cast<double>();
  }
  // The grey scale is marginalised: the Schur complement of its entry.
  const Eigen::VectorXd mixed = full.col(parameters).head(parameters);
  const Eigen::MatrixXd information =
      full.topLeftCorner(parameters, parameters) - mixed * mixed.transpose() / full(parameters, parameters);
  return standard_errors_from_information(information);
}

template Eigen::VectorXd standard_errors(Fft2<float>&, const ImageOf<float>&,
                                         const std::vector<ImageOf<float>>&, double,
                                         const std::vector<float>&, const std::vector<double>&);
template Eigen::VectorXd standard_errors(Fft2<double>&, const ImageOf<double>&,
                                         const std::vector<ImageOf<double>>&, double,
                                         const std::vector<float>&, const std::vector<double>&);

}  // namespace elastem
