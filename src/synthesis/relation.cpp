#include "synthesis/relation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "core/suggestion.hpp"

namespace elastem {

const std::vector<std::string>& relation_names() {
  static const std::vector<std::string> names = {"helix", "linear", "clusters"};
  return names;
}

Relation parse_relation(const std::string& name) {
  const auto& names = relation_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    std::string known;
    for (const auto& candidate : names) known += (known.empty() ? "" : ", ") + candidate;
    throw Error("--relation " + name + ": no such relation" + suggestion(name, names) + "; there are " +
                known);
  }
  return static_cast<Relation>(found - names.begin());
}

void require_modes_for(Relation relation, Eigen::Index mode_count) {
  if (mode_count < 1) throw Error("--modes selects no mode: a relation needs at least one");
  if (relation == Relation::helix && mode_count != 3) {
    throw Error("--relation helix winds through exactly three modes, but --modes selects " +
                std::to_string(mode_count) + ": select three, e.g. --modes 7-9, or take --relation linear");
  }
}

Eigen::VectorXd curve_point(Relation relation, double amplitude, Eigen::Index mode_count, double r) {
  require(relation != Relation::clusters, "clusters are no curve");
  if (relation == Relation::linear) {
    const double along = amplitude * (2.0 * r - 1.0) / std::sqrt(static_cast<double>(mode_count));
    return Eigen::VectorXd::Constant(mode_count, along);
  }
  require(mode_count == 3, "a helix has three modes");
  const double angle = std::numbers::pi * r;
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

Eigen::VectorXd draw_amplitudes(Relation relation, double amplitude, Eigen::Index mode_count,
                                Random& random) {
  if (relation != Relation::clusters) return curve_point(relation, amplitude, mode_count, random.uniform());
  Eigen::VectorXd amplitudes =
      cluster_centre(static_cast<int>(random.below(cluster_count)), amplitude, mode_count);
  for (auto& value : amplitudes) value += cluster_spread * amplitude * random.normal();
  return amplitudes;
}

}  // namespace elastem
