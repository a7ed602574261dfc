#include "mpi/alignment/anchors.hpp"

#include <cmath>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "modes/difference_mode.hpp"
#include "modes/local_rotation.hpp"
#include "modes/normal_modes.hpp"
#include "mpi/modes/modes_file.hpp"
#include "structure/atom_match.hpp"

namespace elastem {
namespace {

constexpr double hardly = 0.2;  // of a mode's norm

// A mode on its way to be orthogonal to others.
struct Direction {
  Eigen::Matrix3Xd vector, rotation;
  double eigenvalue;
};

Eigen::Matrix3Xd displacement_to(const ModesFile& first, const std::string& path) {
  const ModesFile other = read_modes_table(path);
  const ObservedChange change = observed_change(first.structure, other.structure);
  if (change.displacement.cols() != first.structure.size())
    throw Error(
        fmt::format("{} has {} of the {} atoms of {}: modes files of one run are of the same atoms; make "
                    "both of structures "
                    "that have all of them",
                    path, change.displacement.cols(), first.structure.size(), first.path));
  constexpr double same = 0.05;  // Å
  if (change.rmsd < same)
    throw Error(
        fmt::format("{} is the conformation of {} (within {} Å): leave it out", path, first.path, same));
  spdlog::info("{} is {:.2f} Å RMSD from {}", path, change.rmsd, first.path);
  return change.displacement;
}

// Takes off what `direction` shares with those before; false where hardly anything is left.
bool make_orthogonal(Direction& direction, const std::vector<Direction>& before) {
  for (const Direction& other : before) {
    const double shared = other.vector.cwiseProduct(direction.vector).sum();
    direction.vector -= shared * other.vector;
    if (direction.rotation.size() > 0) direction.rotation -= shared * other.rotation;
  }
  const double left = direction.vector.norm();
  if (left < hardly) return false;
  direction.vector /= left;
  direction.rotation /= left;
  return true;
}

}  // namespace

ElasticModel with_anchors(const Communicator& comm, const ElasticModel& model, const std::string& first,
                          const std::vector<std::string>& anchors) {
  std::vector<Eigen::Matrix3Xd> displacements(anchors.size());
  double cutoff = 0;
  on_root(comm, [&] {
    const ModesFile file = read_modes_table(first);
    cutoff = file.cutoff;
    for (std::size_t a = 0; a < anchors.size(); ++a) displacements[a] = displacement_to(file, anchors[a]);
  });
  comm.broadcast(cutoff);
  for (auto& displacement : displacements) comm.broadcast(displacement);

  const double softest = model.eigenvalues.size() > 0 ? model.eigenvalues.minCoeff() : 1;
  const double width = model.curved() ? neighbourhood_width(cutoff) : 0;
  std::vector<Direction> directions;
  for (std::size_t a = 0; a < anchors.size(); ++a) {
    const auto& displacement = displacements[a];
    const DifferenceMode way = difference_mode(model.positions, displacement, width);
    const double usual = default_amplitude(model.atom_count()) / way.length;
    Direction direction{way.vector, way.rotation, softest * usual * usual};
    if (!make_orthogonal(direction, directions)) continue;
    directions.push_back(std::move(direction));
    spdlog::info("mode {}: the way to {}, reached at {:.1f} Å", first_elastic_mode + directions.size() - 1,
                 anchors[a], way.length);
  }
  const std::size_t ways = directions.size();
  for (std::size_t k = 0; k < model.modes.size(); ++k) {
    Direction direction{
        model.modes[k].values(),
        model.curved() ? Eigen::Matrix3Xd(model.rotations[k].values()) : Eigen::Matrix3Xd(3, 0),
        model.eigenvalues.size() > 0 ? model.eigenvalues[static_cast<Eigen::Index>(k)] : 1};
    if (make_orthogonal(direction, directions)) directions.push_back(std::move(direction));
  }
  if (directions.size() > ways)
    spdlog::info(
        "modes {} of {} follow as {}", format_number_list(model.mode_numbers), first,
        first_elastic_mode + ways == first_elastic_mode + directions.size() - 1
            ? std::to_string(first_elastic_mode + ways)
            : fmt::format("{}-{}", first_elastic_mode + ways, first_elastic_mode + directions.size() - 1));

  ElasticModel joined = model;
  joined.modes.clear();
  joined.rotations.clear();
  joined.mode_numbers.clear();
  joined.eigenvalues.resize(static_cast<Eigen::Index>(directions.size()));
  for (std::size_t k = 0; k < directions.size(); ++k) {
    joined.modes.emplace_back(directions[k].vector);
    if (model.curved()) joined.rotations.emplace_back(directions[k].rotation);
    joined.mode_numbers.push_back(first_elastic_mode + static_cast<int>(k));
    joined.eigenvalues[static_cast<Eigen::Index>(k)] = directions[k].eigenvalue;
  }
  return joined;
}

}  // namespace elastem
