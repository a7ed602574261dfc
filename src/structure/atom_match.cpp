#include "structure/atom_match.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
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

std::vector<Residue> residues_of(const std::vector<Atom>& atoms) {
  std::vector<Residue> residues;
  for (std::size_t begin = 0; begin < atoms.size(); begin = residues.back().last) {
    std::size_t end = begin + 1;
    while (end < atoms.size() && same_residue(atoms[begin], atoms[end])) ++end;
    residues.push_back({begin, end});
  }
  return residues;
}

using ResidueLabel = std::tuple<std::string, int, std::string, std::string>;

std::map<ResidueLabel, int> residue_labels(const std::vector<Atom>& atoms) {
  std::map<ResidueLabel, int> labels;
  for (const Residue& residue : residues_of(atoms)) {
    const Atom& atom = atoms[residue.first];
    ++labels[{atom.chain, atom.residue_number, atom.insertion_code, atom.residue_name}];
  }
  return labels;
}

// Whether residues that both may have bear one label, so that labels say nothing.
bool have_repeated_labels(const std::vector<Atom>& first, const std::vector<Atom>& second) {
  const std::map<ResidueLabel, int> labels = residue_labels(second);
  return std::ranges::any_of(residue_labels(first), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && (label.second > 1 || found->second > 1);
  });
}

// What bears one chain name; where labels repeat each molecule by itself.
std::vector<Chain> chains_of(const std::vector<Atom>& atoms) {
  const bool by_molecule =
      std::ranges::any_of(residue_labels(atoms), [](const auto& label) { return label.second > 1; });
  std::vector<Chain> chains;
  int molecule = -1;
  for (const Residue& residue : residues_of(atoms)) {
    const Atom& atom = atoms[residue.first];
    auto chain = by_molecule ? chains.end() - (!chains.empty() && atom.molecule == molecule)
                             : std::ranges::find(chains, atom.chain, &Chain::name);
    if (chain == chains.end()) chain = chains.insert(chains.end(), Chain{atom.chain, {}, {}});
    chain->residues.push_back(residue);
    chain->sequence.push_back(atom.residue_name);
    molecule = atom.molecule;
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

// First residues of one name, then those of another at the same label: mutations.
CountedMatch by_labels(const Structure& a, const Structure& b) {
  constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> partner(a.atoms.size(), none);
  std::vector<bool> taken(b.atoms.size(), false);
  for (const bool with_name : {true, false}) {
    const auto label = [&](const Atom& atom) {
      return std::tuple(atom.chain, atom.residue_number, atom.insertion_code, atom.name,
                        with_name ? atom.residue_name : std::string());
    };
    std::map<decltype(label(a.atoms.front())), std::size_t> places;
    for (std::size_t j = 0; j < b.atoms.size(); ++j)
      if (!taken[j]) places.emplace(label(b.atoms[j]), j);
    for (std::size_t i = 0; i < a.atoms.size() && !places.empty(); ++i) {
      if (partner[i] != none) continue;
      const auto found = places.find(label(a.atoms[i]));
      if (found == places.end()) continue;
      partner[i] = found->second;
      taken[found->second] = true;
      places.erase(found);
    }
  }
  CountedMatch match;
  for (std::size_t i = 0; i < partner.size(); ++i)
    if (partner[i] != none) match.add(a, i, b, partner[i]);
  return match;
}

// The same residues and atoms in the same order, whatever the labels.
bool same_order(const Structure& a, const Structure& b) {
  return std::ranges::equal(a.atoms, b.atoms, [](const Atom& one, const Atom& other) {
    return one.residue_name == other.residue_name && one.name == other.name;
  });
}

CountedMatch in_order(const Structure& a, const Structure& b) {
  CountedMatch match;
  for (std::size_t i = 0; i < a.atoms.size(); ++i) match.add(a, i, b, i);
  match.atoms.by = MatchedBy::order;
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
      const int equal = one.sequence == other.sequence ? static_cast<int>(one.sequence.size())
                                                       : aligned(one, other).match_count;
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
  std::vector<bool> taken(in_b.last - in_b.first, false);
  for (std::size_t i = in_a.first; i < in_a.last; ++i)
    for (std::size_t j = in_b.first; j < in_b.last; ++j)
      if (a.atoms[i].name == b.atoms[j].name && !taken[j - in_b.first]) {
        match.add(a, i, b, j);
        taken[j - in_b.first] = true;
        break;
      }
}

CountedMatch by_sequences(const Structure& a, const Structure& b) {
  CountedMatch match;
  match.atoms.by = MatchedBy::sequence;
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
  if (have_repeated_labels(first.atoms, second.atoms)) {
    AtomMatch match =
        (same_order(first, second) ? in_order(first, second) : by_sequences(first, second)).atoms;
    match.labels_repeat = true;
    return match;
  }
  CountedMatch labels = by_labels(first, second);
  const std::size_t pairs = labels.atoms.first.size();
  if (share(labels.agreeing, pairs) >= nearly_all &&
      share(pairs, std::min(first.atoms.size(), second.atoms.size())) >= nearly_all)
    return std::move(labels.atoms);
  CountedMatch sequences = by_sequences(first, second);
  return std::move(sequences.agreeing > labels.agreeing ? sequences.atoms : labels.atoms);
}

std::string match_remark(const AtomMatch& match) {
  std::string remark;
  if (match.by == MatchedBy::sequence) remark = ", by aligned sequences";
  if (match.by == MatchedBy::order) remark = ", by their order in the files";
  if (match.labels_repeat)
    remark +=
        ", for several residues bear the same chain name and number; equal molecules are paired in the order "
        "of the files";
  return remark;
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
  change.match_remark = match_remark(match);
  change.nodes = std::move(match.first);
  return change;
}

}  // namespace elastem
