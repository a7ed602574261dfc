#include "structure/residue_places.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace elastem {

namespace {

// Whether a pair of atoms for which `of_interest` holds lies within `distance` (Å).
template <class Test>
bool within(const FileResidue& a, const FileResidue& b, double distance, Test&& of_interest) {
  return std::ranges::any_of(a.atoms, [&](const FileAtom& one) {
    return std::ranges::any_of(b.atoms, [&](const FileAtom& other) {
      return (one.position - other.position).squaredNorm() <= distance * distance && of_interest(one, other);
    });
  });
}

bool within(const FileResidue& a, const FileResidue& b, double distance) {
  return within(a, b, distance, [](const FileAtom&, const FileAtom&) { return true; });
}

bool all_alternate(const FileResidue& residue) {
  return std::ranges::all_of(residue.atoms, [](const FileAtom& atom) { return atom.location != 0; });
}

bool same_name(const FileAtom& a, const FileAtom& b) {
  return a.name == b.name;
}

// Another identity of the residue, rather than another residue of its number.
bool is_alternate(const FileResidue& residue, const FileResidue& other) {
  constexpr double same_place = 2;  // Å; like atoms of neighbours in a chain are farther apart
  return (all_alternate(residue) && all_alternate(other)) || within(residue, other, same_place, same_name);
}

// More atoms of the residue: none that it has already.
bool continues(const FileResidue& residue, const FileResidue& more) {
  return std::ranges::none_of(more.atoms, [&](const FileAtom& atom) {
    return std::ranges::any_of(residue.atoms, [&](const FileAtom& there) {
      return there.name == atom.name && there.location == atom.location;
    });
  });
}

// A hydrogen may come as near to its acceptor as two bonded atoms are to each other.
bool is_heavy(const FileAtom& atom) {
  const std::size_t letter = atom.name.find_first_not_of("0123456789");
  return letter == std::string::npos || (atom.name[letter] != 'H' && atom.name[letter] != 'D');
}

bool is_linked(const FileResidue& a, const FileResidue& b) {
  constexpr double bond = 2.2, next_ca = 4.3, next_p = 8;  // Å
  const auto both_heavy = [](const FileAtom& one, const FileAtom& other) {
    return is_heavy(one) && is_heavy(other);
  };
  if (within(a, b, bond, both_heavy)) return true;
  if (a.atoms.size() > 1 || b.atoms.size() > 1) return false;  // models of one atom per residue
  return within(a, b, next_ca,
                [](const FileAtom& one, const FileAtom& other) {
                  return one.name == "CA" && same_name(one, other);
                }) ||
         within(a, b, next_p, [](const FileAtom& one, const FileAtom& other) {
           return one.name == "P" && same_name(one, other);
         });
}

class Places {
 public:
  void add(FileResidue&& residue) {
    std::vector<std::size_t>& alike = labelled_[residue.chain + '\n' + residue.number_text];
    // In files in which all numbers are the same this would take forever.
    constexpr std::size_t most_compared = 8;
    for (std::size_t i = 0; i < std::min(alike.size(), most_compared); ++i)
      if (joins(places_[alike[alike.size() - 1 - i]], residue)) return;
    alike.push_back(places_.size());
    ResiduePlace place;
    place.repeated = alike.size() > 1;
    place.identities.push_back(std::move(residue));
    places_.push_back(std::move(place));
  }

  std::vector<ResiduePlace> finish() {
    for (std::size_t i = 1; i < places_.size(); ++i) {
      ResiduePlace &before = places_[i - 1], &place = places_[i];
      const FileResidue &last = before.main(), &residue = place.main();
      const bool same_chain = last.chain == residue.chain;
      const bool linked = same_chain && is_linked(last, residue);
      before.linked = before.linked || linked;
      place.linked = linked;
      const bool starts_again = residue.number < last.number && !linked;
      place.molecule = before.molecule + (!same_chain || last.part != residue.part || starts_again);
    }
    return std::move(places_);
  }

 private:
  // Takes the atoms of `residue` that belong to this place.
  static bool joins(ResiduePlace& place, FileResidue& residue) {
    constexpr double touching = 3;  // Å
    if (std::ranges::none_of(place.identities,
                             [&](const FileResidue& there) { return within(there, residue, touching); }))
      return false;
    const auto same = std::ranges::find(place.identities, residue.name, &FileResidue::name);
    if (same != place.identities.end()) {
      if (!continues(*same, residue)) return false;
      std::ranges::move(residue.atoms, std::back_inserter(same->atoms));
      return true;
    }
    if (!is_alternate(place.identities.front(), residue)) return false;
    place.identities.push_back(std::move(residue));
    return true;
  }

  std::vector<ResiduePlace> places_;
  std::unordered_map<std::string, std::vector<std::size_t>> labelled_;  ///< places by chain and number
};

double mean_occupancy(const FileResidue& residue) {
  double sum = 0;
  for (const FileAtom& atom : residue.atoms) sum += atom.occupancy;
  return sum / static_cast<double>(std::max<std::size_t>(residue.atoms.size(), 1));
}

}  // namespace

const FileResidue& ResiduePlace::main() const {
  return *std::ranges::max_element(identities, {}, mean_occupancy);
}

std::vector<ResiduePlace> residue_places(std::vector<FileResidue> residues) {
  Places places;
  for (FileResidue& residue : residues) places.add(std::move(residue));
  return places.finish();
}

}  // namespace elastem
