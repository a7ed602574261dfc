#pragma once

#include <memory>
#include <string>

#include "modes/mode_solver.hpp"
#include "mpi/modes/elastic_modes.hpp"
#include "mpi/modes/elastic_survey.hpp"

namespace elastem {

class SparseProblem;

/// A solver with the reason why it is taken.
struct SolverChoice {
  Solver solver = Solver::slepc;  ///< not automatic
  std::string reason;
};

/// The wanted solver, or of `automatic` the one that was measured to be faster: dense for small networks and
/// where more than a sixteenth of all modes are wanted.
SolverChoice chosen_solver(Solver wanted, std::int64_t order, int last);

/// A network about to be solved: what it takes is known before it is done.
class ElasticSolver {
 public:
  /// Prepares the solve; with slepc this assembles the Hessian and analyses its factorisation. Everything
  /// must outlive the solver. Collective.
  ElasticSolver(const Communicator& comm, BlockHessian& hessian, const BlockNetwork& network,
                const ElasticSurvey& survey, Solver solver, int last);
  ~ElasticSolver();

  double rank_bytes() const { return rank_bytes_; }  ///< the most that a rank needs
  std::string description() const;                   ///< a line for the log

  /// Throws Error with the numbers and the remedy, the same on all ranks, when it does not fit into the
  /// memory that is left. Collective.
  void require_memory() const;
  /// About how long solve() takes here. Collective; takes up to a second.
  double estimated_seconds() const;
  /// Modes 7 … last. Collective; call it once.
  ElasticModes solve();

 private:
  const Communicator* comm_;
  BlockHessian* hessian_;
  const BlockNetwork* network_;
  const ElasticSurvey* survey_;
  int last_;
  double rank_bytes_ = 0;
  std::unique_ptr<SparseProblem> sparse_;
};

}  // namespace elastem
