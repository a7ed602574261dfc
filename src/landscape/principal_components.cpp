#include "landscape/principal_components.hpp"

#include <string>

#include <Eigen/Eigenvalues>

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
    : modes_(mode_count), stride_(2 + mode_count + mode_count * mode_count), slices_{rows} {
  require(mode_count > 0, "at least one mode");
  sums_.assign(static_cast<std::size_t>(stride_ * RowSlices::count), 0.0);
}

void AmplitudeMoments::add(std::int64_t row, const Eigen::VectorXd& amplitudes) {
  add(row, amplitudes, Eigen::MatrixXd::Zero(modes_, modes_), 1);
}

void AmplitudeMoments::add(std::int64_t row, const Eigen::VectorXd& amplitudes, const Eigen::MatrixXd& error,
                           double weight) {
  require(amplitudes.size() == modes_ && error.rows() == modes_, "as many amplitudes as modes");
  slice_ = slices_.slice_of(row, slice_);
  double* place = &sums_[static_cast<std::size_t>(stride_ * slice_)];
  place[0] += 1;
  place[1] += weight;
  Eigen::Map<Eigen::VectorXd>(place + 2, modes_) += weight * amplitudes;
  Eigen::Map<Eigen::MatrixXd>(place + 2 + modes_, modes_, modes_) +=
      weight * (amplitudes * amplitudes.transpose() - error);
}

PrincipalComponents AmplitudeMoments::components() const {
  Eigen::VectorXd total = Eigen::VectorXd::Zero(stride_);
  for (int slice = 0; slice < RowSlices::count; ++slice)
    total += Eigen::Map<const Eigen::VectorXd>(&sums_[static_cast<std::size_t>(stride_ * slice)], stride_);
  const double count = total[0], weight = total[1];
  if (count < 2)
    throw Error("principal components need at least two particles, but " +
                std::to_string(static_cast<std::int64_t>(count)) + " are done: align more of them first");
  PrincipalComponents answer;
  answer.count = static_cast<std::int64_t>(count);
  answer.mean = total.segment(2, modes_) / weight;
  const Eigen::MatrixXd products = Eigen::Map<const Eigen::MatrixXd>(&total[2 + modes_], modes_, modes_);
  const Eigen::MatrixXd covariance =
      (products / weight - answer.mean * answer.mean.transpose()) * (count / (count - 1));
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

}  // namespace elastem
