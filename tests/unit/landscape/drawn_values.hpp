#pragma once

#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "landscape/error_mixture.hpp"

namespace elastem {

/// True values of a double well U = 3((x/a)² − 1)² + tilt·x/a in kT by rejection.
class DoubleWell {
 public:
  explicit DoubleWell(double a, double tilt = 0.42) : a_(a), tilt_(tilt) {}
  double energy(double x) const { return 3 * std::pow(std::pow(x / a_, 2) - 1, 2) + tilt_ * x / a_; }
  double draw(Random& random) const {
    while (true) {
      const double x = random.uniform(-2.2 * a_, 2.2 * a_);
      if (random.uniform() < std::exp(-energy(x) - tilt_ - 0.1)) return x;
    }
  }

 private:
  double a_, tilt_;
};

/// An error as images have them, about `typical` Å.
inline double drawn_error(Random& random, double typical) {
  return typical * std::exp(0.2 * random.normal());
}

/// `truth` with a normal error along each axis.
inline NoisyValue noisy(const Coordinates& truth, double typical, Random& random) {
  NoisyValue value{truth, CoordinateMatrix::Zero(truth.size(), truth.size())};
  for (Eigen::Index i = 0; i < truth.size(); ++i) {
    const double error = drawn_error(random, typical);
    value.covariance(i, i) = error * error;
    value.value[i] += error * random.normal();
  }
  return value;
}

}  // namespace elastem
