#include "structure/atom_match.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include <gemmi/seqalign.hpp>

#include "core/error.hpp"
#include "structure/superposition.hpp"

namespace elastem {

namespace {

// Atoms first … last−1 of a structure.
struct Residue {
  std::size_t first = 0, last = 0;
};

struct Chain {
  std::string name;
  std::vector<Residue> residues;
  std::vector<std::string> sequence;
};

std::vector<Chain> chains_of(const std::vector<Atom>& atoms) {
  std::vector<Chain> chains;
  for (std::size_t begin = 0; begin < atoms.size();) {
    std::size_t end = begin + 1;
    while (end < atoms.size() && same_residue(atoms[begin], atoms[end])) ++end;
    auto chain = std::ranges::find(chains, atoms[begin].chain, &Chain::name);
    if (chain == chains.end()) chain = chains.insert(chains.end(), Chain{atoms[begin].chain, {}, {}});
    chain->residues.push_back({begin, end});
    chain->sequence.push_back(atoms[begin].residue_name);
    begin = end;
  }
  return chains;
}

struct CountedMatch {
  AtomMatch atoms;
  std::size_t agreeing = 0;  // pairs whose residues have the same name

  void add(const Structure& a, std::size_t i, const Structure& b, std::size_t j) {
    atoms.first.push_back(static_cast<Eigen::Index>(i));
    atoms.second.push_back(static_cast<Eigen::Index>(j));
    agreeing += a.atoms[i].residue_name == b.atoms[j].residue_name;
  }
};

CountedMatch by_labels(const Structure& a, const Structure& b) {
  const auto label = [](const Atom& atom) {
    return std::tie(atom.chain, atom.residue_number, atom.insertion_code, atom.name);
  };
  std::map<std::tuple<std::string, int, std::string, std::string>, std::size_t> places;
  for (std::size_t j = 0; j < b.atoms.size(); ++j) places.emplace(label(b.atoms[j]), j);
  CountedMatch match;
  for (std::size_t i = 0; i < a.atoms.size(); ++i)
    if (const auto found = places.find(label(a.atoms[i])); found != places.end()) {
      match.add(a, i, b, found->second);
      places.erase(found);
    }
  return match;
}

gemmi::AlignmentResult aligned(const Chain& a, const Chain& b) {
  gemmi::AlignmentScoring scoring;
  scoring.gapo = -2;  // opening a gap costs more than a substitution
  return gemmi::align_string_sequences(a.sequence, b.sequence, {}, scoring);
}

// Pairs of chains by the number of equal residues, the most first; each chain in one pair at most.
std::vector<std::pair<const Chain*, const Chain*>> paired_chains(const std::vector<Chain>& a,
                                                                 const std::vector<Chain>& b) {
  constexpr double least_identity = 0.4;
  using Candidate = std::tuple<int, bool, const Chain*, const Chain*>;
  std::vector<Candidate> candidates;
  for (const Chain& one : a)
    for (const Chain& other : b) {
      const auto shorter = static_cast<double>(std::min(one.sequence.size(), other.sequence.size()));
      const int equal = aligned(one, other).match_count;
      if (equal >= least_identity * shorter)
        candidates.emplace_back(equal, one.name == other.name, &one, &other);
    }
  std::ranges::stable_sort(candidates, [](const Candidate& x, const Candidate& y) {
    return std::tie(std::get<0>(x), std::get<1>(x)) > std::tie(std::get<0>(y), std::get<1>(y));
  });
  std::vector<std::pair<const Chain*, const Chain*>> pairs;
  for (const auto& [equal, same_name, one, other] : candidates)
    if (std::ranges::none_of(pairs,
                             [&](const auto& pair) { return pair.first == one || pair.second == other; }))
      pairs.emplace_back(one, other);
  std::ranges::sort(pairs);  // chains lie in the order of the file
  return pairs;
}

void match_residues(const Structure& a, Residue in_a, const Structure& b, Residue in_b, CountedMatch& match) {
  for (std::size_t i = in_a.first; i < in_a.last; ++i)
    for (std::size_t j = in_b.first; j < in_b.last; ++j)
      if (a.atoms[i].name == b.atoms[j].name) {
        match.add(a, i, b, j);
        break;
      }
}

CountedMatch by_sequences(const Structure& a, const Structure& b) {
  CountedMatch match;
  match.atoms.by_sequence = true;
  const std::vector<Chain> chains_a = chains_of(a.atoms), chains_b = chains_of(b.atoms);
  for (const auto& [one, other] : paired_chains(chains_a, chains_b)) {
    std::size_t i = 0, j = 0;
    for (const auto& item : aligned(*one, *other).cigar)
      for (std::size_t n = 0; n < item.len(); ++n) {
        if (item.op() == 'M') match_residues(a, one->residues[i], b, other->residues[j], match);
        i += item.op() != 'D';
        j += item.op() != 'I';
      }
  }
  return match;
}

}  // namespace

AtomMatch match_atoms(const Structure& first, const Structure& second) {
  constexpr double nearly_all = 0.9;
  const auto share = [](std::size_t part, std::size_t whole) {
    return static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(whole, 1));
  };
  CountedMatch labels = by_labels(first, second);
  const std::size_t pairs = labels.atoms.first.size();
  if (share(labels.agreeing, pairs) >= nearly_all &&
      share(pairs, std::min(first.atoms.size(), second.atoms.size())) >= nearly_all)
    return std::move(labels.atoms);
  CountedMatch sequences = by_sequences(first, second);
  return std::move(sequences.agreeing > labels.agreeing ? sequences.atoms : labels.atoms);
}

ObservedChange observed_change(const Structure& reference, const Structure& target) {
  AtomMatch match = match_atoms(reference, target);
  if (match.first.size() < 3)
    throw Error("the target has " + std::to_string(match.first.size()) +
                " atoms in common with the structure, and a superposition needs three: compared were chain, "
                "residue number and atom name, and the sequences. Give another conformation of the same "
                "molecule, and the same --atoms and --chain of both.");
  const Eigen::Matrix3Xd before = reference.positions(Eigen::all, match.first);
  Eigen::Matrix3Xd after = target.positions(Eigen::all, match.second);
  after = superposition(after, before)(after);
  ObservedChange change;
  change.displacement = after - before;
  change.rmsd = rmsd(after, before);
  change.nodes = std::move(match.first);
  change.by_sequence = match.by_sequence;
  return change;
}

}  // namespace elastem
