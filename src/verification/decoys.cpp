#include "verification/decoys.hpp"

#include <algorithm>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include "core/error.hpp"
#include "core/median.hpp"
#include "core/random.hpp"

namespace elastem {
namespace {

constexpr Eigen::Index most_sources = 15;
constexpr double least_left = 0.3;  // of a decoy's norm, once the fitted modes are taken off

using Vectors = std::vector<ModeVector>;

// 3N numbers of a mode.
Eigen::Map<const Eigen::VectorXd> flat(const ModeVector& mode) {
  const auto values = mode.values();
  return {values.data(), values.size()};
}

// n×d with orthonormal columns, uniformly distributed.
Eigen::MatrixXd random_frame(Eigen::Index n, Eigen::Index d, std::uint64_t seed) {
  Random random(seed, Stream::sampling, 0);
  Eigen::MatrixXd normal(n, d);
  for (double& value : normal.reshaped()) value = random.normal();
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(normal);
  return qr.householderQ() * Eigen::MatrixXd::Identity(n, d);
}

Eigen::Matrix3Xd combined(const Vectors& vectors, Eigen::Index first, const Eigen::VectorXd& weights) {
  Eigen::Matrix3Xd sum = Eigen::Matrix3Xd::Zero(3, vectors.front().values().cols());
  for (Eigen::Index j = 0; j < weights.size(); ++j)
    sum += weights[j] * vectors[static_cast<std::size_t>(first + j)].values();
  return sum;
}

double median_of(const Eigen::VectorXd& values) {
  return median({values.begin(), values.end()});
}

}  // namespace

DecoyModel with_decoys(const ElasticModel& fitted, const ElasticModel& source, int decoys,
                       std::uint64_t seed) {
  require(source.atom_count() == fitted.atom_count(), "the decoys' modes are of the same atoms");
  require(decoys >= 1 && decoys <= source.mode_count(), "a mode per decoy");
  require(source.curved() == fitted.curved(), "both models move alike");
  const Eigen::Index k = fitted.mode_count(), n = std::min(source.mode_count(), most_sources),
                     first = source.mode_count() - n, d = std::min<Eigen::Index>(decoys, n);
  Eigen::MatrixXd gram(k, k);
  for (Eigen::Index i = 0; i < k; ++i)
    for (Eigen::Index j = 0; j < k; ++j)
      gram(i, j) = flat(fitted.modes[static_cast<std::size_t>(i)])
                       .dot(flat(fitted.modes[static_cast<std::size_t>(j)]));
  const Eigen::LDLT<Eigen::MatrixXd> solver(gram);
  const Eigen::MatrixXd frame = random_frame(n, d, seed);
  DecoyModel made{fitted, k};
  ElasticModel& model = made.model;
  int number = std::max(*std::ranges::max_element(fitted.mode_numbers),
                        *std::ranges::max_element(source.mode_numbers));
  for (Eigen::Index c = 0; c < d; ++c) {
    Eigen::Matrix3Xd decoy = combined(source.modes, first, frame.col(c));
    Eigen::VectorXd common(k);
    for (Eigen::Index i = 0; i < k; ++i)
      common[i] = flat(fitted.modes[static_cast<std::size_t>(i)]).dot(decoy.reshaped());
    const Eigen::VectorXd taken = solver.solve(common);
    decoy -= combined(fitted.modes, 0, taken);
    const double norm = decoy.norm();
    if (norm < least_left)
      throw Error("the modes that decoys are made of are those that were fitted: compute more of them");
    model.modes.push_back(Eigen::Matrix3Xd(decoy / norm));
    if (fitted.curved())
      model.rotations.push_back(Eigen::Matrix3Xd(
          (combined(source.rotations, first, frame.col(c)) - combined(fitted.rotations, 0, taken)) / norm));
    model.mode_numbers.push_back(++number);
  }
  if (fitted.eigenvalues.size() > 0) {
    model.eigenvalues.conservativeResize(k + d);
    model.eigenvalues.tail(d).setConstant(source.eigenvalues.size() > 0 ? source.eigenvalues.tail(n).mean()
                                                                        : fitted.eigenvalues.maxCoeff());
  }
  return made;
}

NormalPrior prior_with_decoys(const NormalPrior& fitted, const Eigen::VectorXd& errors, Eigen::Index decoys) {
  const Eigen::Index k = fitted.mean.size();
  double width = median_of(fitted.widths());
  if (errors.size() > 0) width = std::max(width, 2 * median_of(errors));
  NormalPrior prior{Eigen::VectorXd::Zero(k + decoys), Eigen::MatrixXd::Zero(k + decoys, k + decoys)};
  prior.mean.head(k) = fitted.mean;
  prior.covariance.diagonal().setConstant(width * width);
  prior.covariance.diagonal().head(k) = fitted.covariance.diagonal().cwiseMax(width * width);
  return prior;
}

}  // namespace elastem
