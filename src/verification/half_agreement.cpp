#include "verification/half_agreement.hpp"

#include <cmath>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr Eigen::Index fewest = 40;

Eigen::ArrayXd places(const Profile& profile) {
  Eigen::ArrayXd at(Profile::bins);
  for (int bin = 0; bin < Profile::bins; ++bin) at[bin] = profile.value(bin);
  return at;
}

double deviation(const Profile& profile) {
  const double step = profile.axis.step(Profile::bins);
  const Eigen::ArrayXd at = places(profile);
  const double mean = (profile.density * at).sum() * step;
  return std::sqrt((profile.density * (at - mean).square()).sum() * step);
}

}  // namespace

HalfAgreement half_agreement(const Eigen::VectorXd& values, const Eigen::VectorXd& errors) {
  require(values.size() >= fewest && errors.size() == values.size(), "values with their errors");
  const double margin = 0.1 * (values.maxCoeff() - values.minCoeff());
  const GridAxis axis{values.minCoeff() - margin, values.maxCoeff() + margin};
  const auto profile_of = [&](Eigen::Index half) {
    NoisyHistogram histogram(axis, errors.minCoeff(), errors.maxCoeff());
    for (Eigen::Index i = half, of_half = 0; i < values.size(); i += 2, ++of_half)
      histogram.add(values[i], errors[i], static_cast<int>(of_half % 2));
    return deconvolved_profile(histogram, 0, 1);
  };
  HalfAgreement found{profile_of(0), profile_of(1)};
  const double step = axis.step(Profile::bins);
  double apart = 0;
  for (int bin = 0; bin < Profile::bins; ++bin) {
    apart += (found.first.density[bin] - found.second.density[bin]) * step;
    found.distance += std::abs(apart) * step;
  }
  found.spread = (deviation(found.first) + deviation(found.second)) / 2;
  return found;
}

}  // namespace elastem
