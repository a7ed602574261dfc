#include "modes/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include <gemmi/elem.hpp>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "modes/neighbour_search.hpp"

namespace elastem {

namespace {

constexpr double tolerance = 0.01;  // of a kept distance
constexpr int most_turns = 2000;
constexpr double bond_margin = 0.4, longest_bond = 3;           // Å
constexpr double longest_step = 4.5, longest_nucleic_step = 8;  // Å, of Cα and of P
constexpr double atom_contact = 2.2, node_contact = 3;          // Å
constexpr double nothing = 1e-6;                                // Å

double covalent_radius(const Atom& atom) {
  return static_cast<double>(gemmi::Element(atom.element).covalent_r());
}

}  // namespace

Geometry::Geometry(const Structure& structure) {
  find_bonds(structure);
  contact_ = kept_.empty() ? node_contact : atom_contact;
  find_angles(structure);
  find_trace(structure);
  std::ranges::sort(kept_, {}, [](const Kept& k) { return std::tuple(k.first, k.second, k.kind); });
  const auto twice = std::ranges::unique(kept_, {}, &Kept::pair);
  kept_.erase(twice.begin(), twice.end());
}

void Geometry::keep(const Structure& structure, std::int32_t a, std::int32_t b, Kind kind) {
  const double length = (structure.positions.col(a) - structure.positions.col(b)).norm();
  if (length > nothing) kept_.push_back({std::min(a, b), std::max(a, b), length, kind});
}

void Geometry::find_bonds(const Structure& structure) {
  const NeighbourSearch search(structure.positions, longest_bond);
  for (std::int32_t a = 0; a < structure.size(); ++a) {
    const Eigen::Vector3d r = structure.positions.col(a);
    const double radius = covalent_radius(structure.atoms[static_cast<std::size_t>(a)]);
    search.for_each_candidate(r, [&](std::int32_t b) {
      const double longest = std::min(
          longest_bond, radius + covalent_radius(structure.atoms[static_cast<std::size_t>(b)]) + bond_margin);
      if (b > a && (structure.positions.col(b) - r).squaredNorm() < longest * longest)
        keep(structure, a, b, Kind::bond);
    });
  }
}

void Geometry::find_angles(const Structure& structure) {
  std::vector<std::vector<std::int32_t>> bonded(structure.atoms.size());
  for (const Kept& bond : kept_) {
    bonded[static_cast<std::size_t>(bond.first)].push_back(bond.second);
    bonded[static_cast<std::size_t>(bond.second)].push_back(bond.first);
  }
  for (const auto& around : bonded)
    for (std::size_t i = 0; i < around.size(); ++i)
      for (std::size_t j = i + 1; j < around.size(); ++j) keep(structure, around[i], around[j], Kind::angle);
}

void Geometry::find_trace(const Structure& structure) {
  std::int32_t before = -1;
  for (std::int32_t a = 0; a < structure.size(); ++a) {
    const Atom& atom = structure.atoms[static_cast<std::size_t>(a)];
    const bool carbon = atom.name == "CA" && atom.element == "C";
    if (!carbon && atom.name != "P") continue;
    if (before >= 0 && structure.atoms[static_cast<std::size_t>(before)].name == atom.name) {
      const double longest = carbon ? longest_step : longest_nucleic_step;
      if ((structure.positions.col(a) - structure.positions.col(before)).norm() < longest)
        keep(structure, before, a, Kind::trace);
    }
    before = a;
  }
}

Eigen::Matrix3Xd Geometry::restored(Eigen::Matrix3Xd positions) const {
  bool moved = true;
  for (int turn = 0; turn < most_turns && moved; ++turn) {
    moved = false;
    for (const Kept& pair : kept_) {
      const Eigen::Vector3d d = positions.col(pair.second) - positions.col(pair.first);
      const double length = d.norm(), off = length - pair.length;
      if (std::abs(off) <= tolerance * pair.length || length < nothing) continue;
      const Eigen::Vector3d half = 0.5 * off / length * d;
      positions.col(pair.first) += half;
      positions.col(pair.second) -= half;
      moved = true;
    }
  }
  return positions;
}

GeometryReport Geometry::report(const Eigen::Matrix3Xd& positions) const {
  GeometryReport report;
  for (const Kept& pair : kept_) {
    const double length = (positions.col(pair.first) - positions.col(pair.second)).norm();
    if (pair.kind == Kind::bond)
      report.largest_bond_change = std::max(report.largest_bond_change, std::abs(length - pair.length));
    if (pair.kind != Kind::trace) continue;
    report.longest_trace = std::max(report.longest_trace, length);
    report.shortest_trace = report.shortest_trace < 0 ? length : std::min(report.shortest_trace, length);
  }
  const NeighbourSearch search(positions, contact_);
  for (std::int32_t a = 0; a < positions.cols(); ++a) {
    const Eigen::Vector3d r = positions.col(a);
    search.for_each_candidate(r, [&](std::int32_t b) {
      if (b > a && (positions.col(b) - r).squaredNorm() < contact_ * contact_ &&
          !std::ranges::binary_search(kept_, std::pair(a, b), {}, &Kept::pair))
        ++report.clashes;
    });
  }
  return report;
}

GeometryReport worse(const GeometryReport& a, const GeometryReport& b) {
  return {std::min(a.shortest_trace, b.shortest_trace), std::max(a.longest_trace, b.longest_trace),
          std::max(a.largest_bond_change, b.largest_bond_change), std::max(a.clashes, b.clashes)};
}

std::string geometry_text(const GeometryReport& report, const GeometryReport& input) {
  std::string text;
  if (report.longest_trace >= 0)
    text +=
        fmt::format("neighbouring residues {:.2f} to {:.2f} Å apart (input {:.2f} to {:.2f}), ",
                    report.shortest_trace, report.longest_trace, input.shortest_trace, input.longest_trace);
  if (report.largest_bond_change >= 0)
    text += fmt::format("bonds off by at most {:.2f} Å, ", report.largest_bond_change);
  return text + fmt::format("{} clashes (input {})", report.clashes, input.clashes);
}

}  // namespace elastem
