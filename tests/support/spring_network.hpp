#pragma once

#include <Eigen/Core>

#include "modes/elastic_network.hpp"

/// An elastic network spring by spring, as the definition says: what the program's Hessians are held against.
namespace elastem {

/// H·X, or M^{-½} H M^{-½}·X where `inverse_sqrt_masses` (one per node) is not empty.
inline Eigen::MatrixXd hessian_product(const Eigen::Matrix3Xd& positions, const std::vector<Spring>& springs,
                                       const Eigen::VectorXd& inverse_sqrt_masses, const Eigen::MatrixXd& x) {
  const auto scale = [&](Eigen::Index node) {
    return inverse_sqrt_masses.size() > 0 ? inverse_sqrt_masses(node) : 1.0;
  };
  Eigen::MatrixXd product = Eigen::MatrixXd::Zero(x.rows(), x.cols());
  for (const Spring& spring : springs) {
    const Eigen::Index i = spring.first, j = spring.second;
    const Eigen::Vector3d d = (positions.col(i) - positions.col(j)).normalized();
    const Eigen::RowVectorXd stretch =
        d.transpose() * (scale(i) * x.middleRows<3>(3 * i) - scale(j) * x.middleRows<3>(3 * j));
    product.middleRows<3>(3 * i) += scale(i) * d * stretch;
    product.middleRows<3>(3 * j) -= scale(j) * d * stretch;
  }
  return product;
}

/// No eigenvalue of that matrix is larger (Gershgorin on 3×3 blocks).
inline double largest_eigenvalue_bound(Eigen::Index nodes, const std::vector<Spring>& springs,
                                       const Eigen::VectorXd& inverse_sqrt_masses) {
  const auto scale = [&](Eigen::Index node) {
    return inverse_sqrt_masses.size() > 0 ? inverse_sqrt_masses(node) : 1.0;
  };
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(nodes);
  for (const Spring& spring : springs) {
    const double a = scale(spring.first), b = scale(spring.second);
    sums(spring.first) += a * (a + b);
    sums(spring.second) += b * (a + b);
  }
  return nodes == 0 ? 0 : sums.maxCoeff();
}

}  // namespace elastem
