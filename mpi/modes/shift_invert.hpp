#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mpi/modes/sparse_matrix.hpp"

namespace elastem::petsc {

/// An eigenpair of H; the vector has unit norm.
struct Pair {
  double value = 0;
  Vector vector;
};

/// The lowest eigenpairs of a positive semidefinite matrix H on the complement of a known null space, from a
/// matrix that holds H + σ: the largest eigenvalues 1/(λ + σ) of its inverse.
class ShiftInvert {
 public:
  /// Analyses H + σ, whose rows come in groups of `block` of equal pattern (1: unknown). Collective.
  ShiftInvert(Matrix matrix, double shift, std::vector<Vector> null_space, int block);

  const Factorisation& factorisation() const { return *factor_; }

  /// Factorises H + σ. Collective.
  void factorise() { factor_->factorise(); }

  /// Adds to `found`, whose vectors are left out of the search, at least the `count` lowest eigenpairs, or
  /// all there are, by SLEPc's Krylov–Schur method. Collective. Throws Error where it does not converge.
  void find(std::int64_t count, std::vector<Pair>& found);

  /// How many eigenvalues of H on the complement of the null space lie below `value` > 0, by Sylvester's law
  /// of inertia from a factorisation of H − value that takes the place of that of H + σ. Collective.
  std::int64_t count_below(double value);

  /// |H x − λ x|. Collective.
  double residual(Vec x, double value) const;
  /// |H x|/|x| of a vector of the null space: rounding. Collective.
  double null_space_residual(std::size_t k) const;

 private:
  std::int64_t order() const;

  Matrix matrix_;  // H + shift_
  double shift_;
  std::vector<Vector> null_space_;
  int block_;
  std::optional<Factorisation> factor_;
};

/// This rank's part of a vector. Not collective.
std::vector<double> local_values(Vec vector);

}  // namespace elastem::petsc
