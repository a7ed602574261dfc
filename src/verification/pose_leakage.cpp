#include "verification/pose_leakage.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/QR>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr Eigen::Index harmonics = 8, fewest = 20;

}  // namespace

PoseLeakage pose_leakage(const Eigen::VectorXd& amplitudes, const Eigen::VectorXd& weights,
                         const Eigen::Matrix3Xd& views) {
  const Eigen::Index m = amplitudes.size();
  require(m >= fewest && weights.size() == m && views.cols() == m, "a weight and a view per amplitude");
  Eigen::MatrixXd columns(m, 1 + harmonics);
  const Eigen::ArrayXd x = views.row(0), y = views.row(1), z = views.row(2);
  columns << Eigen::VectorXd::Ones(m), x, y, z, x * y, y * z, z * x, x * x - y * y, 3 * z * z - 1;
  const Eigen::VectorXd root = weights.cwiseSqrt();
  const double mean = weights.dot(amplitudes) / weights.sum();
  const Eigen::VectorXd target = root.cwiseProduct((amplitudes.array() - mean).matrix());
  const Eigen::MatrixXd scaled = root.asDiagonal() * columns;
  const Eigen::VectorXd left = target - scaled * scaled.colPivHouseholderQr().solve(target);
  const double total = target.squaredNorm();
  if (!(total > 0)) return {};
  const double explained = std::max(0.0, 1 - left.squaredNorm() / total);
  const double chance = static_cast<double>(harmonics) / static_cast<double>(m - 1);
  return {std::max(0.0, (explained - chance) / (1 - chance)),
          (static_cast<double>(m) * explained - static_cast<double>(harmonics)) /
              std::sqrt(2.0 * static_cast<double>(harmonics))};
}

}  // namespace elastem
