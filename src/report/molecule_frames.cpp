#include "report/molecule_frames.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include "report/base64.hpp"

namespace elastem {
namespace {

constexpr std::size_t most_atoms = 12000;
constexpr std::size_t most_bytes = 1'500'000;

std::vector<std::size_t> evenly(std::size_t of, std::size_t most) {
  const std::size_t count = std::min(of, std::max<std::size_t>(most, 1));
  std::vector<std::size_t> chosen(count);
  for (std::size_t i = 0; i < count; ++i)
    chosen[i] = count > 1 ? i * (of - 1) / (count - 1) : 0;  // the first and the last among them
  return chosen;
}

std::vector<std::size_t> shown_atoms(const Structure& structure) {
  const auto& atoms = structure.atoms;
  std::vector<std::size_t> chosen;
  if (atoms.size() > most_atoms)
    for (std::size_t i = 0; i < atoms.size(); ++i)
      if (atoms[i].name == "CA" || atoms[i].name == "P") chosen.push_back(i);
  if (chosen.empty()) return evenly(atoms.size(), most_atoms);
  std::vector<std::size_t> some;
  for (const std::size_t i : evenly(chosen.size(), most_atoms)) some.push_back(chosen[i]);
  return some;
}

}  // namespace

MoleculeFrames::MoleculeFrames(const Structure& structure, std::size_t frames, std::size_t movies)
    : atoms_(shown_atoms(structure)),
      frames_(evenly(frames, most_bytes / movies / (6 * std::max<std::size_t>(atoms_.size(), 1)))),
      all_(structure.atoms.size()) {
  for (const std::size_t i : atoms_) structure_.atoms.push_back(structure.atoms[i]);
}

void MoleculeFrames::add(const Eigen::Matrix3Xd& positions) {
  if (!std::binary_search(frames_.begin(), frames_.end(), seen_++)) return;
  Eigen::Matrix3Xf& shown = positions_.emplace_back(3, static_cast<Eigen::Index>(atoms_.size()));
  for (std::size_t i = 0; i < atoms_.size(); ++i)
    shown.col(static_cast<Eigen::Index>(i)) =
        positions.col(static_cast<Eigen::Index>(atoms_[i])).cast<float>();
}

nlohmann::json MoleculeFrames::json() const {
  float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest();
  for (const auto& frame : positions_) {
    low = std::min(low, frame.minCoeff());
    high = std::max(high, frame.maxCoeff());
  }
  const float step = std::max((high - low) / 65535, 1e-6F);
  std::string codes;
  for (const auto& frame : positions_)
    for (const float x : frame.reshaped()) {
      const auto code = static_cast<std::uint32_t>(std::lround((x - low) / step));
      codes += static_cast<char>(code & 255u);
      codes += static_cast<char>(code >> 8u & 255u);
    }
  const Eigen::VectorXd moved = of_atoms(structure_, &Atom::b_factor);
  return {{"all_atoms", all_},
          {"name", of_atoms(structure_, &Atom::name)},
          {"element", of_atoms(structure_, &Atom::element)},
          {"residue_name", of_atoms(structure_, &Atom::residue_name)},
          {"chain", of_atoms(structure_, &Atom::chain)},
          {"residue_number", of_atoms(structure_, &Atom::residue_number)},
          {"displacement", std::vector<float>(moved.begin(), moved.end())},
          {"frames", frames_},
          {"origin", low},
          {"step", step},
          {"coordinates", base64(codes)}};
}

}  // namespace elastem
