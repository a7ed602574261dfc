#include "structure/pseudoatom_file.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include <spdlog/fmt/fmt.h>

#include "core/star_text.hpp"
#include "structure/pdb_writer.hpp"

namespace elastem {

namespace {

constexpr std::string_view own_sigma = "pseudoatoms: Gaussians of standard deviation ",
                           own_unit = "B-factor 100 is the weight ", xmipp_sigma = "fixedGaussian ",
                           xmipp_column = "intensityColumn ";

// The word that follows `key` in a remark.
std::optional<std::string_view> word_after(std::string_view remark, std::string_view key) {
  const std::size_t at = remark.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = trimmed(remark.substr(at + key.size()));
  return rest.substr(0, rest.find_first_of(" \t"));
}

template <class Value>
bool is_the_same(const FileModel& model, Value FileAtom::*member) {
  const Value first = model.residues.front().atoms.front().*member;
  return std::ranges::all_of(model.residues, [&](const FileResidue& residue) {
    return std::ranges::all_of(residue.atoms, [&](const FileAtom& atom) { return atom.*member == first; });
  });
}

}  // namespace

bool are_pseudoatoms(const FileModel& model) {
  return std::ranges::all_of(model.residues, [](const FileResidue& residue) {
    return (residue.name == "DEN" || residue.name == "DENS") &&
           std::ranges::all_of(residue.atoms, [](const FileAtom& atom) { return atom.name == "DENS"; });
  });
}

PseudoatomText pseudoatom_text(const AtomFile& file, const FileModel& model) {
  PseudoatomText text;
  text.in_b_factor = is_the_same(model, &FileAtom::occupancy) && !is_the_same(model, &FileAtom::b_factor);
  for (const std::string& remark : file.remarks) {
    for (const std::string_view key : {own_sigma, xmipp_sigma})
      if (const auto word = word_after(remark, key)) parse_number(*word, text.sigma);
    if (const auto word = word_after(remark, xmipp_column))
      text.in_b_factor = !word->empty() && std::toupper(static_cast<unsigned char>(word->front())) == 'B';
    if (const auto word = word_after(remark, own_unit)) {
      text.in_b_factor = true;
      if (parse_number(*word, text.unit)) text.unit /= 100;
    }
  }
  return text;
}

void write_pseudoatoms(const std::string& path, Structure structure, double sigma) {
  double largest = 0;
  for (const Atom& atom : structure.atoms) largest = std::max(largest, atom.charge_sum);
  for (Atom& atom : structure.atoms) atom.b_factor = 100 * atom.charge_sum / largest;
  PdbWriter writer(path, structure,
                   {fmt::format("{}{:.4f} A", own_sigma, sigma),
                    fmt::format("{}{:.6g} (density times A^3)", own_unit, largest)});
  writer.add_model(structure.positions);
  writer.close();
}

}  // namespace elastem
