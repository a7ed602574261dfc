#pragma once

#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// How far the amplitudes of particles go along each mode (K, Å).
struct AmplitudeRange {
  Eigen::VectorXd mean, sd, low, high;
};

/// Finds it; what it keeps is to be added, and the lowest and the highest found, over ranks.
class AmplitudeTally {
 public:
  explicit AmplitudeTally(Eigen::Index modes);
  void add(const Eigen::VectorXd& amplitudes);
  std::span<double> sums() { return sums_; }
  std::span<double> lows() { return lows_; }
  std::span<double> highs() { return highs_; }
  /// Of at least one particle.
  AmplitudeRange range() const;

 private:
  std::vector<double> sums_, lows_, highs_;  // sums: count, K sums, K squares
};

/// A sentence per mode along which a conformation lies outside of the particles', or more than three standard
/// deviations from their mean. `numbers`: of the modes. A pure function.
std::vector<std::string> far_from_particles(const AmplitudeRange& range, const std::vector<int>& numbers,
                                            const Eigen::VectorXd& place);

}  // namespace elastem
