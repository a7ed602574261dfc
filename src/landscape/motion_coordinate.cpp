#include "landscape/motion_coordinate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <Eigen/Geometry>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/star_text.hpp"
#include "structure/atom_match.hpp"
#include "structure/atom_selection.hpp"
#include "structure/structure_file.hpp"
#include "structure/superposition.hpp"

namespace elastem {
namespace {

constexpr double small_step = 1e-3;  // Å, of a centre

// "name(a, b)" as name, a, b.
std::vector<std::string> words_of(const std::string& text) {
  const std::size_t open = text.find('(');
  if (open == std::string::npos || text.back() != ')') return {};
  std::vector<std::string> words{std::string(trimmed(text.substr(0, open)))};
  std::string word;
  for (const char c : text.substr(open + 1, text.size() - open - 2)) {
    if (c == ',') {
      words.push_back(std::string(trimmed(word)));
      word.clear();
    } else {
      word += c;
    }
  }
  words.push_back(std::string(trimmed(word)));
  return words;
}

ElasticModel part_of(const ElasticModel& model, const std::vector<Eigen::Index>& atoms) {
  ElasticModel part;
  part.positions = model.positions(Eigen::all, atoms);
  for (const ModeVector& mode : model.modes)
    part.modes.emplace_back(Eigen::Matrix3Xd(mode.values()(Eigen::all, atoms)));
  for (const ModeVector& turn : model.rotations)
    part.rotations.emplace_back(Eigen::Matrix3Xd(turn.values()(Eigen::all, atoms)));
  part.mode_numbers = model.mode_numbers;
  part.weights = Eigen::VectorXd::Ones(part.positions.cols());
  return part;
}

}  // namespace

MotionCoordinate::MotionCoordinate(const std::string& text, const Structure& structure,
                                   const ElasticModel& model)
    : text_(text) {
  parse(structure, model);
}

void MotionCoordinate::parse(const Structure& structure, const ElasticModel& model) {
  const std::vector<std::string> words = words_of(text_);
  const std::string name = words.empty() ? "" : words.front();
  std::vector<Eigen::Index> atoms;
  if (name == "rmsd" && words.size() == 2) {
    kind_ = Kind::rmsd;
    const ObservedChange change =
        observed_change(structure, read_structure(words[1], {.ligands = true}).structure);
    atoms_ = part_of(model, change.nodes);
    target_ = atoms_.positions + change.displacement;
    return;
  }
  if ((name == "distance" && words.size() == 3) || (name == "angle" && words.size() == 4)) {
    kind_ = name == "angle" ? Kind::angle : Kind::distance;
    for (std::size_t w = 1; w < words.size(); ++w) {
      std::vector<Eigen::Index>& group = groups_.emplace_back();
      for (const Eigen::Index atom : selected_atoms(structure, words[w])) {
        group.push_back(static_cast<Eigen::Index>(atoms.size()));
        atoms.push_back(atom);
      }
    }
    atoms_ = part_of(model, atoms);
    return;
  }
  throw Error(
      fmt::format("\"{}\" is no coordinate: give distance(A/30-60, A/120-150), angle(A/1-20, A/60-80, "
                  "A/120-150) or rmsd(other.pdb)",
                  text_));
}

Eigen::Vector3d MotionCoordinate::centre_of(const Eigen::Matrix3Xd& atoms, std::size_t group) const {
  return atoms(Eigen::all, groups_[group]).rowwise().mean();
}

double MotionCoordinate::of_centres(const Eigen::Matrix3Xd& centres) const {
  if (kind_ == Kind::distance) return (centres.col(0) - centres.col(1)).norm();
  const Eigen::Vector3d a = centres.col(0) - centres.col(1), b = centres.col(2) - centres.col(1);
  return std::atan2(a.cross(b).norm(), a.dot(b)) * 180 / std::numbers::pi;
}

// With the derivative by each atom's place.
double MotionCoordinate::value_of(const Eigen::Matrix3Xd& atoms, Eigen::Matrix3Xd& gradient) const {
  gradient.setZero(3, atoms.cols());
  if (kind_ == Kind::rmsd) {
    const RigidMotion onto = superposition(atoms, target_);
    const Eigen::Matrix3Xd away = onto(atoms) - target_;
    const double value = std::sqrt(away.squaredNorm() / static_cast<double>(atoms.cols()));
    if (value > 0) gradient = onto.rotation.transpose() * away / (static_cast<double>(atoms.cols()) * value);
    return value;
  }
  Eigen::Matrix3Xd centres(3, static_cast<Eigen::Index>(groups_.size()));
  for (std::size_t g = 0; g < groups_.size(); ++g)
    centres.col(static_cast<Eigen::Index>(g)) = centre_of(atoms, g);
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (Eigen::Index axis = 0; axis < 3; ++axis) {
      const auto step = [&](double by) {
        Eigen::Matrix3Xd moved = centres;
        moved(axis, static_cast<Eigen::Index>(g)) += by;
        return of_centres(moved);
      };
      const double slope = (step(small_step) - step(-small_step)) / (2 * small_step);
      for (const Eigen::Index atom : groups_[g])
        gradient(axis, atom) += slope / static_cast<double>(groups_[g].size());
    }
  return of_centres(centres);
}

MotionCoordinate::Estimate MotionCoordinate::at(const Eigen::VectorXd& amplitudes,
                                                const Eigen::MatrixXd& covariance) const {
  Eigen::Matrix3Xd by_atom;
  const double value = value_of(atoms_.deformed(amplitudes), by_atom);
  const Eigen::VectorXd by_amplitude = atoms_.slopes(amplitudes).transpose() * by_atom.reshaped();
  return {value, std::sqrt(std::max(by_amplitude.dot(covariance * by_amplitude), 0.0))};
}

}  // namespace elastem
