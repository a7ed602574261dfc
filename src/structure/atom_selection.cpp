#include "structure/atom_selection.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {
namespace {

using Words = std::vector<std::string>;

Words split(std::string_view text, char mark) {
  Words words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(mark, begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

// Names, or all where there are none.
bool among_names(const Words& names, const std::string& name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

Words names_in(const std::string& text) {
  return text.empty() || text == "*" ? Words() : split(text, '+');
}

class Residues {
 public:
  // Whether it is understood.
  bool read(const std::string& text) {
    if (text.empty() || text == "*") return true;
    if (text.front() == '(') {
      names_ = names_in(text.substr(1, text.size() - 2));
      return text.back() == ')' && text.size() > 2;
    }
    return std::ranges::all_of(split(text, '+'), [&](const std::string& word) { return read_range(word); });
  }
  bool hold(const Atom& atom) const {
    if (!among_names(names_, atom.residue_name)) return false;
    return ranges_.empty() || std::ranges::any_of(ranges_, [&](const auto& range) {
             return range.first <= atom.residue_number && atom.residue_number <= range.second;
           });
  }

 private:
  bool read_range(const std::string& word) {
    const char* const end = word.data() + word.size();
    int first = 0, last = 0;
    auto [at, error] = std::from_chars(word.data(), end, first);
    if (error != std::errc()) return false;
    last = first;
    if (at != end) {
      if (*at != '-') return false;
      const auto [stop, failure] = std::from_chars(at + 1, end, last);
      if (failure != std::errc() || stop != end) return false;
    }
    ranges_.emplace_back(first, last);
    return last >= first;
  }

  Words names_;
  std::vector<std::pair<int, int>> ranges_;
};

}  // namespace

std::vector<Eigen::Index> selected_atoms(const Structure& structure, const std::string& selection) {
  const Words parts = split(selection, '/');
  Residues residues;
  if (parts.size() > 3 || selection.empty() || (parts.size() > 1 && !residues.read(parts[1])))
    throw Error(
        fmt::format("\"{}\" is no selection of atoms: give chains/residues/atoms, e.g. A/30-60, "
                    "A+B/30-60+75/CA or */(GLY)",
                    selection));
  const Words chains = names_in(parts[0]), atoms = names_in(parts.size() > 2 ? parts[2] : "");
  std::vector<Eigen::Index> found;
  for (std::size_t i = 0; i < structure.atoms.size(); ++i) {
    const Atom& atom = structure.atoms[i];
    if (among_names(chains, atom.chain) && residues.hold(atom) && among_names(atoms, atom.name))
      found.push_back(static_cast<Eigen::Index>(i));
  }
  if (found.empty())
    throw Error(fmt::format("no atom of the model is in the selection \"{}\"; the first one is {}", selection,
                            structure.atoms.empty() ? "none" : atom_label(structure.atoms.front())));
  return found;
}

}  // namespace elastem
