#include "mpi/landscape/truth_sample.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "mpi/landscape/particle_counts.hpp"
#include "mpi/landscape/true_landscape.hpp"

namespace elastem {

constexpr std::int64_t most_sampled = 4000;

TruthSample truth_sample(const LandscapePasses& passes, const PrincipalComponents& components) {
  const Eigen::Index d = state_dimensions(components), k = components.mean.size();
  const Eigen::Index known = std::max(d, std::min<Eigen::Index>(k, 2));  // components with their errors
  const ParticleCounts* counts = passes.settings().counts;
  std::vector<double> own;
  std::vector<std::uint64_t> own_images;
  passes.for_each_estimate([&](std::int64_t row, const AmplitudeEstimate& estimate) {
    if (!passes.sampled(row, most_sampled)) return;
    const NoisyValue value = along_components(components, known, estimate);
    const Eigen::VectorXd all = components.coordinates(estimate.amplitudes);
    own.insert(own.end(), all.begin(), all.end());
    own.insert(own.end(), value.covariance.data(), value.covariance.data() + known * known);
    own.push_back(counts ? counts->weight(row) : 1);
    own_images.push_back(counts ? counts->image(row) : 0);
  });
  const std::vector<double> all = passes.comm().all_gathered(own);
  const std::vector<std::uint64_t> images = passes.comm().all_gathered(own_images);
  const Eigen::Index width = k + known * known + 1;
  const Eigen::Map<const Eigen::MatrixXd> columns(all.data(), width,
                                                  static_cast<Eigen::Index>(all.size()) / width);
  TruthSample sample{{}, {}, columns.middleRows(d, k - d)};
  for (Eigen::Index i = 0; i < columns.cols(); ++i) {
    const Eigen::MatrixXd covariance = columns.col(i).segment(k, known * known).reshaped(known, known);
    const double weight = columns(width - 1, i);
    const std::uint64_t image = images[static_cast<std::size_t>(i)];
    sample.values.push_back({columns.col(i).head(d), covariance.topLeftCorner(d, d), weight, image});
    if (k > 1)
      sample.plane.push_back({columns.col(i).head(2), covariance.topLeftCorner(2, 2), weight, image});
  }
  return sample;
}

Eigen::VectorXd amplitudes_at(const PrincipalComponents& components, const TruthSample& sample,
                              const Coordinates& at) {
  constexpr double more = 0.25;  // of the errors' variance
  const Eigen::Index d = at.size();
  double total = 0;
  Eigen::VectorXd rest = Eigen::VectorXd::Zero(sample.rest.rows());
  for (std::size_t i = 0; i < sample.values.size(); ++i) {
    const Coordinates away = at - sample.values[i].value;
    const CoordinateMatrix width = (1 + more) * sample.values[i].covariance;
    const double weight =
        std::exp(-0.5 * away.dot(width.ldlt().solve(away))) / std::sqrt(width.determinant());
    total += weight;
    rest += weight * sample.rest.col(static_cast<Eigen::Index>(i));
  }
  if (total > 0) rest /= total;
  return components.mean + components.axes.leftCols(d) * at + components.axes.rightCols(rest.size()) * rest;
}

}  // namespace elastem
