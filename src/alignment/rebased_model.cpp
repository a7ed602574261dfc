#include "alignment/rebased_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "imaging/twist.hpp"
#include "modes/normal_modes.hpp"

namespace elastem {

namespace {

using Vectors = Twists<double>::Vectors;

/// Σ_u c_u·vectors_u, N × 3.
Vectors combined(const std::vector<ModeVector>& vectors, const Eigen::VectorXd& c) {
  Vectors sum = Vectors::Zero(vectors.front().values().cols(), 3);
  for (Eigen::Index u = 0; u < c.size(); ++u)
    sum += c[u] * vectors[static_cast<std::size_t>(u)].values().transpose().array();
  return sum;
}

ModeVector mode_vector(const Vectors& values) {
  return {values.matrix().transpose()};
}

/// What turns displacements and rotations at the reference into those at another conformation.
class Tangent {
 public:
  Tangent(const ElasticModel& model, const Eigen::VectorXd& mean) : curved_(model.curved()) {
    if (!curved_) return;
    twists_.turn = combined(model.rotations, mean);
    twists_.shift = combined(model.modes, mean);
    twists_.update();
    for (int axis = 0; axis < 3; ++axis)
      twists_.slopes(Eigen::Vector3d::Unit(axis), slopes_[static_cast<std::size_t>(axis)]);
  }

  Vectors displacement(const Vectors& along, const Vectors& about) const {
    if (!curved_) return along;
    Vectors moved(along.rows(), 3);
    for (int axis = 0; axis < 3; ++axis) {
      const auto& slope = slopes_[static_cast<std::size_t>(axis)];
      moved.col(axis) = (slope.along * along + slope.about * about).rowwise().sum();
    }
    return moved;
  }
  Vectors rotation(const Vectors& about) {
    twists_.shift = about;
    twists_.update();
    return twists_.displacement();
  }

 private:
  bool curved_;
  Twists<double> twists_;
  std::array<Twists<double>::Slopes, 3> slopes_;
};

}  // namespace

RebasedModel rebased_model(const ElasticModel& first, const MotionComponents& components) {
  require(components.directions.rows() == first.mode_count() && components.directions.cols() > 0,
          "components of the model's amplitudes");
  RebasedModel result{first, components};
  ElasticModel& model = result.model;
  MotionComponents& base = result.base;
  model.positions = first.deformed(components.mean);
  model.modes.clear();
  model.rotations.clear();
  model.mode_numbers.clear();
  model.eigenvalues.resize(components.variances.size());
  Tangent tangent(first, components.mean);
  std::vector<Vectors> about;
  for (Eigen::Index k = 0; k < components.directions.cols(); ++k) {
    about.push_back(first.curved() ? combined(first.rotations, components.directions.col(k)) : Vectors());
    const Vectors along =
        tangent.displacement(combined(first.modes, components.directions.col(k)), about.back());
    const double length = std::sqrt(along.square().sum());
    require(length > 0, "a component moves something");
    model.modes.push_back(mode_vector(along / length));
    model.mode_numbers.push_back(first_elastic_mode + static_cast<int>(k));
    base.directions.col(k) /= length;
    base.variances[k] *= length * length;
    about.back() /= length;
  }
  for (std::size_t k = 0; k < about.size() && first.curved(); ++k)
    model.rotations.push_back(mode_vector(tangent.rotation(about[k])));
  model.eigenvalues = base.variances.maxCoeff() / base.variances.array();
  return result;
}

}  // namespace elastem
