#include "modes/rigid_domains.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include <Eigen/Geometry>

#include "core/error.hpp"
#include "structure/superposition.hpp"

namespace elastem {
namespace {

constexpr double surroundings = 10, least_tolerance = 0.5, share_of_motion = 0.2;  // Å, Å, of the RMSD
constexpr double least_share = 0.1, neighbourhood = 8;                             // Å
constexpr int votes = 3;
constexpr std::size_t fewest = 10, most_seeds = 400, fewest_around = 4;
constexpr int refits = 10;

using Indices = std::vector<Eigen::Index>;

// One atom per residue, in the order of the residues.
Indices representatives(const Structure& structure) {
  const std::vector<std::size_t> starts = residue_starts(structure.atoms);
  Indices found;
  for (std::size_t r = 0; r < starts.size(); ++r) {
    const std::size_t end = r + 1 < starts.size() ? starts[r + 1] : structure.atoms.size();
    std::size_t chosen = starts[r];
    for (std::size_t a = end; a-- > starts[r];)
      if (structure.atoms[a].name == "CA" || structure.atoms[a].name == "P") chosen = a;
    found.push_back(static_cast<Eigen::Index>(chosen));
  }
  return found;
}

class Motion3d {
 public:
  Motion3d(const Eigen::Matrix3Xd& before, const Eigen::Matrix3Xd& after)
      : before_(&before), after_(&after) {}

  RigidMotion of(const Indices& atoms) const {
    return superposition((*before_)(Eigen::all, atoms), (*after_)(Eigen::all, atoms));
  }
  double distance(const RigidMotion& motion, Eigen::Index atom) const {
    return (motion.rotation * before_->col(atom) + motion.translation - after_->col(atom)).norm();
  }
  Indices moved_alike(const RigidMotion& motion, const Indices& among, double tolerance) const {
    Indices found;
    for (const Eigen::Index atom : among)
      if (distance(motion, atom) <= tolerance) found.push_back(atom);
    return found;
  }
  Indices around(Eigen::Index centre, const Indices& among) const {
    Indices found;
    for (const Eigen::Index atom : among)
      if ((before_->col(atom) - before_->col(centre)).norm() <= surroundings) found.push_back(atom);
    return found;
  }

 private:
  const Eigen::Matrix3Xd *before_, *after_;
};

// The most atoms of `open` that move as the surroundings of one of them.
Indices largest_domain(const Motion3d& motion, const Indices& open, double tolerance) {
  Indices largest;
  const std::size_t seeds = std::min(open.size(), most_seeds);
  for (std::size_t s = 0; s < seeds; ++s) {
    Indices members = motion.around(open[s * open.size() / seeds], open);
    for (int i = 0; i < refits && members.size() >= fewest_around; ++i) {
      Indices next = motion.moved_alike(motion.of(members), open, tolerance);
      const bool stays = next == members;
      members = std::move(next);
      if (stays) break;
    }
    if (members.size() > largest.size()) largest = std::move(members);
  }
  return largest;
}

// r' = R·r + t as a screw; its axis is nearest to `middle`.
Screw screw_of(const Eigen::Matrix3d& rotation, const Eigen::Vector3d& translation,
               const Eigen::Vector3d& middle) {
  const Eigen::AngleAxisd turn(rotation);
  Screw screw;
  screw.direction = turn.axis();
  screw.angle = turn.angle() * 180 / std::numbers::pi;
  screw.shift = screw.direction.dot(translation);
  const Eigen::Vector3d across = translation - screw.shift * screw.direction;
  // Half way along the chord, and from there to the centre of the circle; far away for a turn by nothing.
  const double half = std::max(turn.angle() / 2, 1e-9);
  const Eigen::Vector3d foot = across / 2 + screw.direction.cross(across) / (2 * std::tan(half));
  screw.point = foot + screw.direction.dot(middle - foot) * screw.direction;
  return screw;
}

// Each residue joins the domain that most of its neighbours are of; −1: none.
void let_neighbours_vote(const Eigen::Matrix3Xd& places, std::vector<int>& domain) {
  const auto n = static_cast<Eigen::Index>(domain.size());
  for (int round = 0; round < votes; ++round) {
    const std::vector<int> before = domain;
    for (Eigen::Index i = 0; i < n; ++i) {
      std::map<int, int> count;
      for (Eigen::Index j = 0; j < n; ++j) {
        const int other = before[static_cast<std::size_t>(j)];
        if (other >= 0 && (places.col(i) - places.col(j)).squaredNorm() <= neighbourhood * neighbourhood)
          ++count[other];
      }
      int most = 0;
      for (const auto& [which, of] : count)
        if (of > most || (of == most && which == before[static_cast<std::size_t>(i)])) {
          most = of;
          domain[static_cast<std::size_t>(i)] = which;
        }
    }
  }
}

}  // namespace

std::vector<RigidDomain> rigid_domains(const Structure& structure, const Eigen::Matrix3Xd& before,
                                       const Eigen::Matrix3Xd& after) {
  require(before.cols() == structure.size() && after.cols() == structure.size(), "a place per atom");
  const Indices atoms = representatives(structure);
  const Motion3d motion(before, after);
  if (atoms.size() < fewest) return {};
  const RigidMotion whole = motion.of(atoms);
  double squares = 0;
  for (const Eigen::Index atom : atoms) squares += std::pow(motion.distance(whole, atom), 2);
  const double rmsd = std::sqrt(squares / static_cast<double>(atoms.size()));
  const double tolerance = std::max(least_tolerance, share_of_motion * rmsd);
  const auto enough =
      std::max(fewest, static_cast<std::size_t>(least_share * static_cast<double>(atoms.size())));
  std::map<Eigen::Index, int> found;  // domain of an atom
  Indices open = atoms;
  for (int number = 0; open.size() >= enough; ++number) {
    const Indices members = largest_domain(motion, open, tolerance);
    if (members.size() < enough) break;
    for (const Eigen::Index atom : members) found[atom] = number;
    std::erase_if(open, [&](Eigen::Index atom) { return found.contains(atom); });
  }
  std::vector<int> domain;
  for (const Eigen::Index atom : atoms) domain.push_back(found.contains(atom) ? found.at(atom) : -1);
  let_neighbours_vote(before(Eigen::all, atoms), domain);
  std::map<int, Indices> members_of;  // places in `atoms`
  for (std::size_t i = 0; i < atoms.size(); ++i)
    if (domain[i] >= 0) members_of[domain[i]].push_back(static_cast<Eigen::Index>(i));
  std::vector<Indices> kept;
  for (auto& [number, members] : members_of)
    if (members.size() >= enough) kept.push_back(std::move(members));
  std::ranges::stable_sort(kept, std::greater(), [](const Indices& members) { return members.size(); });
  std::vector<RigidDomain> domains;
  const auto atoms_of = [&](const Indices& places) {
    Indices found_atoms;
    for (const Eigen::Index place : places) found_atoms.push_back(atoms[static_cast<std::size_t>(place)]);
    return found_atoms;
  };
  for (const Indices& places : kept) {
    const Indices members = atoms_of(places);
    const RigidMotion own = motion.of(members), first = motion.of(atoms_of(kept.front()));
    RigidDomain next;
    next.residues.assign(places.begin(), places.end());
    double left = 0;
    for (const Eigen::Index atom : members) left += std::pow(motion.distance(own, atom), 2);
    next.tolerance = tolerance;
    next.rmsd = std::sqrt(left / static_cast<double>(members.size()));
    if (!domains.empty())  // in the frame in which the first domain stays
      next.hinge = screw_of(first.rotation.transpose() * own.rotation,
                            first.rotation.transpose() * (own.translation - first.translation),
                            before(Eigen::all, members).rowwise().mean());
    domains.push_back(std::move(next));
  }
  return domains;
}

}  // namespace elastem
