#include "structure/pdb_writer.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

namespace {

// Decimal up to what fits into `width` columns, from there upper-case base 36 starting at A0…0 (hybrid-36).
std::string hybrid36(int value, int width) {
  int decimals = 1, letters = 10;
  for (int i = 0; i < width; ++i) decimals *= 10;
  for (int i = 1; i < width; ++i) letters *= 36;
  if (value < decimals) return fmt::format("{:{}}", value, width);
  std::string digits(static_cast<std::size_t>(width), ' ');
  int rest = value - decimals + letters;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, rest /= 36)
    *digit = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest % 36];
  return digits;
}

// One character per chain: its own name where all names are single characters, else letters in order of
// appearance.
std::map<std::string, char> short_chain_names(const std::vector<Atom>& atoms) {
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::map<std::string, char> names;
  bool single = true;
  for (const Atom& atom : atoms) {
    names.try_emplace(atom.chain, letters[names.size() % letters.size()]);
    single = single && atom.chain.size() <= 1;
  }
  if (single)
    for (auto& [name, letter] : names) letter = name.empty() ? ' ' : name[0];
  return names;
}

// The element stands right-justified in the first two columns of the name.
std::string name_field(const Atom& atom) {
  if (atom.name.size() >= 4 || atom.element.size() > 1) return fmt::format("{:<4.4}", atom.name);
  return fmt::format(" {:<3}", atom.name);
}

std::string upper_case(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

}  // namespace

PdbWriter::PdbWriter(const std::string& path, const Structure& structure,
                     const std::vector<std::string>& remarks)
    : file_(path) {
  require(static_cast<Eigen::Index>(structure.atoms.size()) == structure.size(), "an atom has no position");
  for (const std::string& remark : remarks) file_.write(fmt::format("REMARK   3 {}\n", remark));
  const std::map<std::string, char> chains = short_chain_names(structure.atoms);
  for (const auto& [name, letter] : chains)
    if (name.size() > 1)
      file_.write(fmt::format("REMARK   3 chain {} is chain {} of the input\n", letter, name));
  int serial = 0;
  for (const Atom& atom : structure.atoms) {
    // A chain name that goes on says nothing of where a molecule ends.
    const Atom& before = structure.atoms[static_cast<std::size_t>(std::max(serial - 1, 0))];
    const bool ends = !same_molecule(before, atom) && chains.at(before.chain) == chains.at(atom.chain);
    heads_.push_back(fmt::format("{}ATOM  {} {} {:<4}{}{}{}   ", ends ? "TER\n" : "", hybrid36(++serial, 5),
                                 name_field(atom), fmt::format("{:>3.4}", atom.residue_name),
                                 chains.at(atom.chain), hybrid36(atom.residue_number, 4),
                                 atom.insertion_code.empty() ? ' ' : atom.insertion_code[0]));
    tails_.push_back(fmt::format("{:6.2f}{:6.2f}          {:>2.2}  \n", 1.0, std::min(atom.b_factor, 999.99),
                                 upper_case(atom.element)));
  }
}

void PdbWriter::add_model(const Eigen::Matrix3Xd& positions) {
  require(positions.cols() == static_cast<Eigen::Index>(heads_.size()),
          "a model has as many atoms as the structure");
  file_.write(fmt::format("MODEL     {:4}\n", ++models_));
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    const Eigen::Vector3d r = positions.col(static_cast<Eigen::Index>(i));
    if (!((r.array() > -999.9995).all() && (r.array() < 9999.9995).all()))  // false for NaN
      throw Error(
          fmt::format("atom {} of model {} lies at {:g}, {:g}, {:g} Å, outside what PDB files hold, while "
                      "writing {}. Centre the structure or use smaller amplitudes.",
                      i + 1, models_, r.x(), r.y(), r.z(), file_.target().string()));
    file_.write(fmt::format("{}{:8.3f}{:8.3f}{:8.3f}{}", heads_[i], r.x(), r.y(), r.z(), tails_[i]));
  }
  file_.write("ENDMDL\n");
}

void PdbWriter::close() {
  file_.write("END\n");
  file_.publish();
}

}  // namespace elastem
