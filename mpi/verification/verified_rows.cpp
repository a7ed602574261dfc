#include "mpi/verification/verified_rows.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "alignment/elastic_prior.hpp"
#include "core/error.hpp"
#include "imaging/pose.hpp"
#include "mpi/alignment/stored_motion.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {
namespace {

constexpr Eigen::Index fewest = 40;

// The numbers of a row: its view, all amplitudes and their variances, the covariance of the fitted modes.
void append(std::vector<double>& numbers, const ParticleResult& row, const NormalPrior& prior,
            Eigen::Index modes) {
  const AmplitudeEstimate alone = without_prior(amplitudes_alone(*row.fit), prior);
  const Eigen::Vector3d view = rotation_matrix(row.pose()).row(2).transpose();
  const Eigen::VectorXd variances = alone.covariance.diagonal();
  const Eigen::MatrixXd covariance = alone.covariance.topLeftCorner(modes, modes);
  numbers.insert(numbers.end(), view.begin(), view.end());
  numbers.insert(numbers.end(), alone.amplitudes.begin(), alone.amplitudes.end());
  numbers.insert(numbers.end(), variances.begin(), variances.end());
  numbers.insert(numbers.end(), covariance.data(), covariance.data() + covariance.size());
}

}  // namespace

VerifiedRows verified_rows(const Communicator& comm, const ResultTable& table, Eigen::Index modes) {
  const NormalPrior prior = load_normal(table);
  const auto directions = static_cast<Eigen::Index>(table.modes().size());
  std::vector<double> own;
  for_each_row(comm, table, {.details = ResultTable::Details::image_alone},
               [&](std::int64_t, const ParticleResult& row) {
                 if (row.state == ParticleState::done && usable(amplitudes_alone(*row.fit)))
                   append(own, row, prior, modes);
               });
  const std::vector<double> all = comm.gathered(own);
  const Eigen::Index width = 3 + 2 * directions + modes * modes;
  VerifiedRows rows;
  rows.spreads.resize(static_cast<std::size_t>(directions));
  on_root(comm, [&] {
    const Eigen::Map<const Eigen::MatrixXd> numbers(all.data(), width,
                                                    static_cast<Eigen::Index>(all.size()) / width);
    if (numbers.cols() < fewest)
      throw Error(fmt::format("{} particles could be fitted: too few to verify anything", numbers.cols()));
    rows.particles = numbers.cols();
    rows.views = numbers.topRows(3);
    for (Eigen::Index k = 0; k < directions; ++k)
      rows.spreads[static_cast<std::size_t>(k)] =
          spread_of(numbers.row(3 + k).transpose(), numbers.row(3 + directions + k).transpose());
    for (Eigen::Index i = 0; i < numbers.cols(); ++i)
      rows.estimates.push_back(
          {numbers.col(i).segment(3, modes), numbers.col(i).tail(modes * modes).reshaped(modes, modes)});
  });
  comm.broadcast(rows.particles);
  comm.broadcast(std::span(rows.spreads));
  return rows;
}

Eigen::VectorXd mean_amplitudes(const VerifiedRows& rows, Eigen::Index modes) {
  Eigen::VectorXd mean(modes);
  for (Eigen::Index k = 0; k < modes; ++k) mean[k] = rows.spreads[static_cast<std::size_t>(k)].mean;
  return mean;
}

std::vector<PoseLeakage> pose_leakages(const VerifiedRows& rows) {
  std::vector<PoseLeakage> found;
  const auto count = static_cast<Eigen::Index>(rows.estimates.size());
  for (Eigen::Index k = 0; k < rows.estimates.front().value.size(); ++k) {
    Eigen::VectorXd amplitudes(count), weights(count);
    const double truth = std::max(rows.spreads[static_cast<std::size_t>(k)].variance(), 0.0);
    for (Eigen::Index i = 0; i < count; ++i) {
      const NoisyAmplitudes& estimate = rows.estimates[static_cast<std::size_t>(i)];
      amplitudes[i] = estimate.value[k];
      weights[i] = 1 / (truth + estimate.covariance(k, k));
    }
    found.push_back(pose_leakage(amplitudes, weights, rows.views));
  }
  return found;
}

HalfAgreement agreement_of_halves(const VerifiedRows& rows) {
  const PrincipalComponents components = true_components(rows.estimates);
  const Eigen::VectorXd axis = components.axes.col(0);
  const auto count = static_cast<Eigen::Index>(rows.estimates.size());
  Eigen::VectorXd values(count), errors(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const NoisyAmplitudes& estimate = rows.estimates[static_cast<std::size_t>(i)];
    values[i] = axis.dot(estimate.value - components.mean);
    errors[i] = std::sqrt(axis.dot(estimate.covariance * axis));
  }
  return half_agreement(values, errors);
}

}  // namespace elastem
