#include "modes/mode_file.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/star_text.hpp"
#include "structure/superposition.hpp"

namespace elastem {

std::string text_place(const std::string& path, std::int64_t line) {
  return path + ":" + std::to_string(line);
}

void for_each_word(std::string_view line, const std::function<void(std::string_view)>& f) {
  constexpr std::string_view blanks = " \t\r\n";
  for (std::size_t at = line.find_first_not_of(blanks); at < line.size();) {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    f(line.substr(at, end - at));
    at = line.find_first_not_of(blanks, end);
  }
}

double number_of(std::string_view word, const std::string& place) {
  double value = 0;
  if (!parse_number(word, value))
    throw Error(place + ": \"" + std::string(word.substr(0, 40)) + "\" is not a number");
  return value;
}

void refuse_other_atoms(const std::string& place, const std::string& what, Eigen::Index theirs,
                        Eigen::Index ours) {
  throw Error(place + ": " + what + " of " + std::to_string(theirs) + " atoms, but the structure has " +
              std::to_string(ours) +
              ". Give the structure that the modes were computed of, with the same --atoms and --chain.");
}

void require_same_positions(const Eigen::Matrix3Xd& positions, const Structure& structure,
                            const std::string& place) {
  if (positions.cols() != structure.size())
    refuse_other_atoms(place, "modes", positions.cols(), structure.size());
  const Eigen::Vector3d shift = structure.positions.rowwise().mean() - positions.rowwise().mean();
  constexpr double same = 1;  // Å; files have three decimals
  const double apart = rmsd(positions.colwise() + shift, structure.positions);
  if (apart > same)
    throw Error(place + ": the coordinates lie " + std::to_string(apart) +
                " Å RMSD from those of the structure, so the modes belong to another orientation or "
                "conformation. Give the structure that they were computed of.");
}

}  // namespace elastem
