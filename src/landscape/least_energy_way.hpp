#pragma once

#include <span>
#include <vector>

#include "landscape/error_mixture.hpp"

namespace elastem {

/// F = −ln p of a mixture, which must outlive it, with its gradient.
class MixtureEnergy {
 public:
  explicit MixtureEnergy(const ErrorMixture& mixture);

  Eigen::Index dimensions() const { return mixture_->means.front().size(); }
  /// Å: no component is narrower in any direction.
  double narrowest() const { return narrowest_; }
  const ErrorMixture& mixture() const { return *mixture_; }

  /// kT.
  double operator()(const Coordinates& at) const;
  /// −∇F, kT/Å.
  Coordinates force(const Coordinates& at) const;
  /// Down in energy from a place to where it is lowest thereabouts.
  Coordinates bottom_near(Coordinates at) const;
  /// The component that has most of the density at a place.
  std::size_t component_at(const Coordinates& at) const;

 private:
  double evaluate(const Coordinates& at, Coordinates& force) const;
  double term(std::size_t component, const Coordinates& at) const;

  const ErrorMixture* mixture_;
  std::vector<CoordinateMatrix> precisions_;
  std::vector<double> log_weights_;
  double narrowest_ = 1;
};

/// Ways of least free energy on a mixture: the one on a grid on which ∫ exp(F) ds is least, through which
/// most of a diffusing flux goes (Huo & Straub 1997), then let down onto its valley's floor, where the force
/// has no part across it (E, Ren & Vanden-Eijnden 2002).
class LeastEnergyWays {
 public:
  /// `energy` must outlive it.
  explicit LeastEnergyWays(const MixtureEnergy& energy);
  /// 64 points equally far apart from one place to the other. `lowest`: the energy that prices count from.
  std::vector<Coordinates> between(const Coordinates& from, const Coordinates& to, double lowest) const;

 private:
  const MixtureEnergy* energy_;
  // A regular grid about all components.
  Coordinates low_, high_, step_;
  std::vector<int> sides_;
  std::vector<double> energies_;

  int cells() const { return static_cast<int>(energies_.size()); }
  Coordinates place(int cell) const;
  int nearest(const Coordinates& at) const;
  template <class Use>
  void for_each_neighbour(int cell, const Use& use) const;
  std::vector<Coordinates> on_grid(const Coordinates& from, const Coordinates& to, double lowest) const;
};

/// Å.
double length_of(const std::vector<Coordinates>& way);

/// `count` ≥ 2 points equally far apart along a way.
std::vector<Coordinates> equally_spaced(const std::vector<Coordinates>& way, int count);

/// The number of values that are expected within a standard error of the emptiest of these places.
double fewest_on(const MixtureEnergy& energy, const std::vector<Coordinates>& places,
                 std::span<const NoisyValue> values);

}  // namespace elastem
