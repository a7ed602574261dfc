#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "structure/structure.hpp"

namespace elastem {

/// How far a conformation is from what chemistry allows; distances in Å, −1 where there is none of the kind.
struct GeometryReport {
  double shortest_trace = -1, longest_trace = -1;  ///< between Cα (or P) of neighbouring residues
  double largest_bond_change = -1;                 ///< of a bond's length, from the input's
  std::int64_t clashes = 0;                        ///< pairs of atoms closer than any contact
};

/// What stays as it is while a molecule moves: the lengths of bonds (atoms nearer than their covalent radii +
/// 0.4 Å), the distances of atoms bonded to the same one, and those of the Cα (or P) of neighbouring
/// residues. Those of the input are the measure.
class Geometry {
 public:
  explicit Geometry(const Structure& structure);

  /// `positions` (3×N, Å) moved so that no kept distance differs by more than 1 % from the input's, by
  /// corrections along the pairs in turn (SHAKE, Ryckaert et al. 1977): near the least that does it. Pairs
  /// within the tolerance do not move. At most 2,000 turns, each O(N).
  Eigen::Matrix3Xd restored(Eigen::Matrix3Xd positions) const;

  /// Clashes are pairs not kept, nearer than 2.2 Å (in a model of one node per residue 3 Å).
  GeometryReport report(const Eigen::Matrix3Xd& positions) const;

 private:
  enum class Kind : std::uint8_t { bond, angle, trace };
  struct Kept {
    std::int32_t first, second;
    double length;
    Kind kind;
    auto pair() const { return std::pair(first, second); }
  };
  void keep(const Structure& structure, std::int32_t a, std::int32_t b, Kind kind);
  void find_bonds(const Structure& structure);
  void find_angles(const Structure& structure);
  void find_trace(const Structure& structure);

  std::vector<Kept> kept_;  // each pair once, ascending
  double contact_ = 0;      // Å
};

/// What is worst in either of two.
GeometryReport worse(const GeometryReport& a, const GeometryReport& b);

/// A line such as "neighbouring residues 3.70 to 3.91 Å apart (input 3.71 to 3.90), 0 clashes (input 0)".
std::string geometry_text(const GeometryReport& report, const GeometryReport& input);

}  // namespace elastem
