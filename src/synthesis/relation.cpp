#include "synthesis/relation.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

void require_modes_for(Relation relation, Eigen::Index mode_count) {
  if (mode_count < 1) throw Error("--modes selects no mode: a relation needs at least one");
  if (relation == Relation::helix && mode_count != 3) {
    throw Error(fmt::format(
        "--relation helix winds through exactly three modes, but --modes selects {}: select three, "
        "e.g. --modes 7-9, or take --relation linear",
        mode_count));
  }
  if (relation == Relation::half_circle && mode_count < 2) {
    throw Error(
        "--relation half-circle lies in the plane of two modes, but --modes selects one: select two, e.g. "
        "--modes 7-8, or take --relation linear");
  }
}

Eigen::VectorXd curve_point(Relation relation, double amplitude, Eigen::Index mode_count, double r) {
  const double angle = std::numbers::pi * r;
  if (relation == Relation::linear) {
    const double along = amplitude * (2.0 * r - 1.0) / std::sqrt(static_cast<double>(mode_count));
    return Eigen::VectorXd::Constant(mode_count, along);
  }
  if (relation == Relation::half_circle) {
    require(mode_count >= 2, "a half circle lies in two modes");
    Eigen::VectorXd point = Eigen::VectorXd::Zero(mode_count);
    point[0] = amplitude * std::cos(angle);
    point[1] = amplitude * std::sin(angle);
    return point;
  }
  require(relation == Relation::helix, "this relation is no curve");
  require(mode_count == 3, "a helix has three modes");
  return Eigen::Vector3d(-amplitude * r, amplitude * std::sin(angle), amplitude * std::cos(angle));
}

Eigen::VectorXd cluster_centre(int cluster, double amplitude, Eigen::Index mode_count) {
  require(cluster >= 0 && cluster < cluster_count, "no such cluster");
  Eigen::VectorXd centre = Eigen::VectorXd::Zero(mode_count);
  if (mode_count == 1) {
    centre[0] = amplitude * (cluster - 1);
    return centre;
  }
  const double angle = 2.0 * std::numbers::pi * cluster / cluster_count;
  centre[0] = amplitude * std::cos(angle);
  centre[1] = amplitude * std::sin(angle);
  return centre;
}

Eigen::VectorXd lattice_point(std::uint64_t index, int points, double amplitude, Eigen::Index mode_count) {
  require(points >= 2, "a lattice has two points per mode or more");
  const auto base = static_cast<std::uint64_t>(points);
  Eigen::VectorXd point(mode_count);
  for (Eigen::Index k = 0; k < mode_count; ++k, index /= base) {
    const auto digit = static_cast<double>(index % base);
    point[k] = amplitude * (2.0 * digit / (points - 1) - 1.0);
  }
  return point;
}

int lattice_points_for(std::int64_t n, Eigen::Index mode_count) {
  const auto fits = [&](int points) {
    double product = 1;
    for (Eigen::Index k = 0; k < mode_count; ++k) product *= points;
    return product <= static_cast<double>(n);
  };
  constexpr int most = 1000;  // finer than any amplitude can be told from its neighbour
  int points = 2;
  while (points < most && fits(points + 1)) ++points;
  return points;
}

Eigen::VectorXd draw_amplitudes(Relation relation, double amplitude, Eigen::Index mode_count,
                                Random& random) {
  Eigen::VectorXd amplitudes(mode_count);
  switch (relation) {
    case Relation::clusters:
      amplitudes = cluster_centre(static_cast<int>(random.below(cluster_count)), amplitude, mode_count);
      for (auto& value : amplitudes) value += cluster_spread * amplitude * random.normal();
      return amplitudes;
    case Relation::random:
      for (auto& value : amplitudes) value = random.uniform(-amplitude, amplitude);
      return amplitudes;
    default:
      return curve_point(relation, amplitude, mode_count, random.uniform());
  }
}

}  // namespace elastem
