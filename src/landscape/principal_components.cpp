#include "landscape/principal_components.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

Eigen::VectorXd PrincipalComponents::coordinates(const Eigen::VectorXd& amplitudes) const {
  return axes.transpose() * (amplitudes - mean);
}

double PrincipalComponents::share(Eigen::Index component) const {
  const double total = variances.sum();
  return total > 0 ? variances[component] / total : 0.0;
}

AmplitudeMoments::AmplitudeMoments(Eigen::Index mode_count, std::int64_t rows)
    : modes_(mode_count), stride_(1 + mode_count + mode_count * mode_count), slices_{rows} {
  require(mode_count > 0, "at least one mode");
  sums_.assign(static_cast<std::size_t>(stride_ * RowSlices::count), 0.0);
}

void AmplitudeMoments::add(std::int64_t row, const Eigen::VectorXd& amplitudes) {
  require(amplitudes.size() == modes_, "as many amplitudes as modes");
  slice_ = slices_.slice_of(row, slice_);
  double* place = &sums_[static_cast<std::size_t>(stride_ * slice_)];
  place[0] += 1;
  Eigen::Map<Eigen::VectorXd>(place + 1, modes_) += amplitudes;
  Eigen::Map<Eigen::MatrixXd>(place + 1 + modes_, modes_, modes_) += amplitudes * amplitudes.transpose();
}

PrincipalComponents AmplitudeMoments::components() const {
  Eigen::VectorXd total = Eigen::VectorXd::Zero(stride_);
  for (int slice = 0; slice < RowSlices::count; ++slice)
    total += Eigen::Map<const Eigen::VectorXd>(&sums_[static_cast<std::size_t>(stride_ * slice)], stride_);
  const double count = total[0];
  if (count < 2)
    throw Error("principal components need at least two particles, but " +
                std::to_string(static_cast<std::int64_t>(count)) + " are done: align more of them first");
  PrincipalComponents answer;
  answer.count = static_cast<std::int64_t>(count);
  answer.mean = total.segment(1, modes_) / count;
  const Eigen::MatrixXd products = Eigen::Map<const Eigen::MatrixXd>(&total[1 + modes_], modes_, modes_);
  const Eigen::MatrixXd covariance = (products - count * answer.mean * answer.mean.transpose()) / (count - 1);
  return PrincipalComponents::of(answer.count, answer.mean, covariance);
}

PrincipalComponents PrincipalComponents::of(std::int64_t count, const Eigen::VectorXd& mean,
                                            const Eigen::MatrixXd& covariance) {
  PrincipalComponents answer{count, mean, {}, {}};
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  answer.variances = solver.eigenvalues().reverse().cwiseMax(0.0);
  answer.axes = solver.eigenvectors().rowwise().reverse();
  for (auto axis : answer.axes.colwise()) {
    Eigen::Index largest = 0;
    axis.cwiseAbs().maxCoeff(&largest);
    if (axis[largest] < 0) axis *= -1;
  }
  return answer;
}

PrincipalComponents true_components(std::span<const NoisyAmplitudes> values) {
  constexpr double enough = 1e-3;
  constexpr int most_iterations = 200;
  if (values.size() < 2)
    throw Error(
        fmt::format("principal components need at least two particles, but {} are done: align more of "
                    "them first",
                    values.size()));
  const Eigen::Index k = values.front().value.size();
  const auto n = static_cast<double>(values.size()), freedom = static_cast<double>(k);
  const double far = freedom + 4 * std::sqrt(2 * freedom);  // of a distance squared, four standard deviations
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(k);
  for (const auto& v : values) mean += v.value / n;
  Eigen::MatrixXd truth = Eigen::MatrixXd::Zero(k, k);
  for (const auto& v : values) truth += (v.value - mean) * (v.value - mean).transpose() / n;
  for (int i = 0; i < most_iterations; ++i) {
    double weights = 0;
    Eigen::VectorXd step = Eigen::VectorXd::Zero(k);
    Eigen::MatrixXd second = Eigen::MatrixXd::Zero(k, k);
    for (const auto& v : values) {
      const Eigen::LLT<Eigen::MatrixXd> root(truth + v.covariance);
      const Eigen::VectorXd away = v.value - mean;
      const double weight = std::min(1.0, far / root.matrixL().solve(away).squaredNorm());
      const Eigen::MatrixXd gain = root.solve(truth).transpose();
      const Eigen::VectorXd moved = gain * away;
      weights += weight;
      step += weight * moved;
      second += weight * (moved * moved.transpose() + truth - gain * truth);
    }
    step /= weights;
    const Eigen::MatrixXd next = second / weights - step * step.transpose();
    const double change = (next - truth).norm() / std::max(truth.norm(), 1e-300);
    mean += step;
    truth = 0.5 * (next + next.transpose());
    if (change < enough) break;
  }
  return PrincipalComponents::of(static_cast<std::int64_t>(values.size()), mean, truth);
}

}  // namespace elastem
