#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "landscape/distribution.hpp"

namespace elastem {

/// Values of one coordinate with their errors, of two halves of the particles, counted by value and by error:
/// the same size for any number of particles. Counts are to be added over ranks.
class NoisyHistogram {
 public:
  static constexpr int value_bins = 384, error_bins = 8;
  /// Values lie in `axis`, standard errors (Å) between two bounds; what lies outside counts in the end bins.
  /// Values of weights other than whole numbers count in steps of `unit`, so that sums have the same bits in
  /// any order.
  NoisyHistogram(GridAxis axis, double least_error, double largest_error, double unit = 1);
  void add(double value, double error, int half, double weight = 1);
  std::span<std::int64_t> counts() { return counts_; }

  GridAxis axis() const { return axis_; }
  /// Of one half, or of both (−1), a bin of values after the other for each error.
  Eigen::VectorXf entries(int half) const;
  double error(int bin) const;
  /// Mean value and standard deviation, and the errors' root mean square, of all entries.
  struct Moments {
    double mean = 0, sd = 0, error = 0;
  };
  Moments moments() const;

 private:
  GridAxis axis_;
  double least_error_, largest_error_, unit_;
  std::vector<std::int64_t> counts_;  // half, error, value
};

/// How the truth is distributed along a coordinate, errors taken off.
struct Profile {
  static constexpr int bins = 192;
  GridAxis axis;
  Eigen::ArrayXd density;    ///< per Å, integral 1
  Eigen::ArrayXd low, high;  ///< of the density, in nine of ten replicates; empty: there are none
  double error = 0;          ///< root mean square standard error of the values, Å
  int iterations = 0;        ///< of the deconvolution

  double value(int bin) const { return axis.low + (bin + 0.5) * axis.step(bins); }
};

/// The density by GridDeconvolution, smoothed by a third of the errors, below which nothing is seen; the band
/// from `replicates` sets that are drawn from the counts (Poisson) and treated alike.
/// Iterations are believed as far as halves agree to `within` of ln likelihood: the fewer, the more of a
/// barrier is filled.
Profile deconvolved_profile(const NoisyHistogram& histogram, int replicates, std::uint64_t seed,
                            double within = 2);

/// The same with the band from sets that were drawn already, of the same axis and errors: those of values
/// that have weights, or of which some share an image.
Profile deconvolved_profile(const NoisyHistogram& histogram, std::span<const NoisyHistogram> drawn,
                            double within = 2);
inline constexpr double weight_unit = 1.0 / 256;
inline constexpr int most_drawn_sets = 200;

/// −ln(density/greatest) of a profile with its band, kT, at most `ceiling`; where the band is wider than
/// `unresolved` kT the data do not tell.
struct EnergyProfile {
  Eigen::ArrayXd energy, low, high;
  std::vector<bool> resolved;
};
EnergyProfile energy_profile(const Profile& profile, double ceiling);

}  // namespace elastem
