#include "landscape/blur.hpp"

#include <cmath>

namespace elastem {

Eigen::MatrixXd blur_kernel(Eigen::Index cells, double sigma) {
  Eigen::MatrixXd kernel(cells, cells);
  for (Eigen::Index from = 0; from < cells; ++from) {
    for (Eigen::Index to = 0; to < cells; ++to)
      kernel(from, to) = std::exp(-0.5 * std::pow(static_cast<double>(to - from) / sigma, 2));
    kernel.row(from) /= kernel.row(from).sum();
  }
  return kernel;
}

}  // namespace elastem
