#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mpi/modes/elastic_modes.hpp"
#include "mpi/modes/elastic_survey.hpp"

namespace elastem {

namespace petsc {
struct Pair;
}

/// What a sparse factorisation takes, as its symbolic analysis tells before any of it is done.
struct SparseCost {
  double factor_entries = 0;  ///< numbers in the factor, over all ranks
  double operations = 0;      ///< floating-point operations of the factorisation
  double rank_bytes = 0;      ///< the most memory that a rank needs for it
  double bytes = 0;           ///< over all ranks
};

/// The lowest modes of a large network by shift-and-invert: H + σ, positive definite for a small σ > 0, is
/// factorised (MUMPS, sparse Cholesky over all ranks), and SLEPc's Krylov–Schur method finds the largest
/// eigenvalues 1/(λ + σ) of its inverse on the complement of the six rigid motions, which are known exactly
/// and projected out. Each rank makes and holds the rows of its share of the blocks.
class SparseProblem {
 public:
  /// Assembles H + σ and analyses it. Collective. `hessian` must outlive the problem.
  SparseProblem(const Communicator& comm, BlockHessian& hessian, const BlockNetwork& network,
                const ElasticSurvey& survey);
  ~SparseProblem();

  const SparseCost& cost() const { return cost_; }

  /// About how long solve() takes here, in seconds: operations at a third of the speed at which this
  /// processor multiplies matrices (measured now), and solutions at the speed of memory. Collective.
  double estimated_seconds(int last) const;

  /// Modes 7 … last, expanded to the nodes: A = M^{-½} P w rescaled to unit norm. Free motions beyond the six
  /// (zero_eigenvalue) are left out and named in ElasticModes::free_nodes. That no eigenvalue was missed, as
  /// symmetry could make a Krylov space do, is proved by a second factorisation, of H − μ with μ above the
  /// last: its negative pivots count the eigenvalues below μ (Sylvester). Collective; call it once. Throws
  /// Error, the same on all ranks: more than `tolerated_loose` free motions, not enough memory, or no
  /// convergence.
  ElasticModes solve(int last);

 private:
  struct Parts;
  std::vector<petsc::Pair> lowest_pairs(std::int64_t wanted);

  const Communicator* comm_;
  std::unique_ptr<Parts> parts_;
  SparseCost cost_;
};

}  // namespace elastem
