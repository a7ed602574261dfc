#pragma once

#include <optional>
#include <vector>

#include "structure/structure.hpp"

namespace elastem {

/// A turn about an axis and a shift along it.
struct Screw {
  Eigen::Vector3d direction =
      Eigen::Vector3d::UnitZ();                     ///< of the axis, unit length; the turn is right-handed
  Eigen::Vector3d point = Eigen::Vector3d::Zero();  ///< Å, of the axis, the nearest to the domain's middle
  double angle = 0;                                 ///< degrees, 0 … 180
  double shift = 0;                                 ///< Å, along the direction
};

/// A part of a molecule that moves as one body.
struct RigidDomain {
  std::vector<std::size_t> residues;  ///< counted from 0 in the order of the file (residue_starts), ascending
  double rmsd = 0;                    ///< Å, what is left of the motion within it
  double tolerance =
      0;  ///< Å, within which its residues were to stay; those that neighbours vote for need not
  std::optional<Screw> hinge;  ///< how it moves against the first domain; of the first none
};

/// The rigid domains of a motion between two conformations (3×N, Å) of a structure, the largest first. Each
/// is found from the residue whose surroundings of 10 Å move so that, moved alike, most residues that are not
/// in a domain yet lie within `tolerance` = max(0.5 Å, a fifth of the motion's RMSD) of where they go, fitted
/// again to those until they stay; then each residue joins the domain that most of those within 8 Å are of.
/// Domains of less than a tenth of the residues, or ten, are none. Atoms count as Cα (or P), or in their
/// absence the first of the residue. A pure function.
std::vector<RigidDomain> rigid_domains(const Structure& structure, const Eigen::Matrix3Xd& before,
                                       const Eigen::Matrix3Xd& after);

}  // namespace elastem
