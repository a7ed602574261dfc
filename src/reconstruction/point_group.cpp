#include "reconstruction/point_group.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>

#include <Eigen/Geometry>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/star_text.hpp"

namespace elastem {
namespace {

constexpr std::size_t largest_fold = 99;
constexpr double same_within = 1e-6, exact_within = 1e-9;

// An axis of rotation by 360°/fold.
struct Axis {
  int fold;
  Eigen::Vector3d direction;
};

Eigen::Matrix3d rotation_about(const Axis& axis) {
  return Eigen::AngleAxisd(2 * std::numbers::pi / axis.fold, axis.direction.normalized()).toRotationMatrix();
}

// 0 and ±1 where rounding has left a little, so that a rotation of the grid onto itself is known as one.
Eigen::Matrix3d cleaned(const Eigen::Matrix3d& rotation) {
  return rotation.unaryExpr(
      [](double x) { return std::abs(x - std::round(x)) < exact_within ? std::round(x) : x; });
}

// All products of the rotations about some axes.
std::vector<Eigen::Matrix3d> generated(const std::vector<Axis>& axes) {
  std::vector<Eigen::Matrix3d> group{Eigen::Matrix3d::Identity()};
  for (std::size_t i = 0; i < group.size(); ++i)
    for (const Axis& axis : axes) {
      const Eigen::Matrix3d next = cleaned(group[i] * rotation_about(axis));
      const bool known = std::ranges::any_of(
          group, [&](const auto& old) { return (old - next).cwiseAbs().maxCoeff() < same_within; });
      if (!known) group.push_back(next);
    }
  return group;
}

// Empty for an unknown name.
std::vector<Axis> axes_of(const std::string& name) {
  constexpr double golden = std::numbers::phi;
  const Eigen::Vector3d x(1, 0, 0), z(0, 0, 1);
  std::size_t fold = 0;
  if ((name.starts_with('C') || name.starts_with('D')) && parse_number(name.substr(1), fold) && fold >= 1 &&
      fold <= largest_fold) {
    std::vector<Axis> axes{{static_cast<int>(fold), z}};
    if (name.starts_with('D')) axes.push_back({2, x});
    return axes;
  }
  if (name == "T") return {{3, z}, {2, {0, std::numbers::sqrt2, 1}}};
  if (name == "O") return {{3, {1, 1, 1}}, {4, z}};
  if (name == "I" || name == "I2") return {{2, z}, {5, {1, 0, golden}}};
  if (name == "I1") return {{2, x}, {5, {golden, 0, -1}}};
  if (name == "I3") return {{2, {-1, 0, golden}}, {5, z}};
  if (name == "I4") return {{2, {1, 0, golden}}, {5, {2, 0, 1}}};
  return {};
}

}  // namespace

PointGroup point_group(const std::string& name) {
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const std::vector<Axis> axes = axes_of(upper);
  if (axes.empty())
    throw Error(fmt::format(
        "{} is no point group: C1 to C99, D1 to D99, T, O, I (the same as I2), I1, I3 or I4", name));
  return {upper, generated(axes)};
}

}  // namespace elastem
