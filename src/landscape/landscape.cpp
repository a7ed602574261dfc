#include "landscape/landscape.hpp"

#include <algorithm>
#include <cmath>

namespace elastem {

Eigen::Vector2d plane_coordinates(const PrincipalComponents& components, const Eigen::VectorXd& amplitudes) {
  const Eigen::VectorXd all = components.coordinates(amplitudes);
  return {all[0], all.size() > 1 ? all[1] : 0.0};
}

GridAxis axis_of(const Histogram& histogram) {
  const double low = histogram.quantile(0.001), high = histogram.quantile(0.999);
  const double margin = std::max(0.15 * (high - low), 0.5);
  return {low - margin, high + margin};
}

double landscape_bandwidth(const PrincipalComponents& components, Eigen::Index component,
                           std::int64_t count) {
  const double sd =
      component < components.variances.size() ? std::sqrt(components.variances[component]) : 0.0;
  return 0.5 * scott_bandwidth(sd, count);
}

}  // namespace elastem
