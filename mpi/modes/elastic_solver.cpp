#include "mpi/modes/elastic_solver.hpp"

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/linalg/memory_check.hpp"
#include "mpi/modes/dense_cost.hpp"
#include "mpi/modes/dense_modes.hpp"
#include "mpi/modes/sparse_modes.hpp"

namespace elastem {

namespace {

// The upper triangle of a sparse Hessian and what PETSc and MUMPS copy of it before they factorise, a rank.
double assembly_bytes(const Communicator& comm, const BlockHessian& hessian, const ElasticSurvey& survey) {
  const double columns = static_cast<double>(hessian.order()) / static_cast<double>(hessian.blocks());
  constexpr double copies = 4, entry = sizeof(double) + sizeof(int);
  return copies * entry * columns * columns * static_cast<double>(survey.block_pairs) / comm.size();
}

}  // namespace

SolverChoice chosen_solver(Solver wanted, std::int64_t order, int last) {
  if (wanted != Solver::automatic) return {wanted, "as asked for"};
  constexpr std::int64_t small = 600, share = 16;
  if (order <= small)
    return {Solver::scalapack, fmt::format("for at most {} degrees of freedom are little work", small)};
  if (last > order / share)
    return {Solver::scalapack, fmt::format("for more than one in {} of the modes are wanted", share)};
  return {Solver::slepc, "for only the lowest of many modes are wanted"};
}

ElasticSolver::ElasticSolver(const Communicator& comm, BlockHessian& hessian, const BlockNetwork& network,
                             const ElasticSurvey& survey, Solver solver, int last)
    : comm_(&comm), hessian_(&hessian), network_(&network), survey_(&survey), last_(last) {
  require(solver != Solver::automatic, "a solver was chosen");
  if (solver == Solver::scalapack) {
    rank_bytes_ = eigensolver_cost(hessian.order(), last, comm.size()).rank_bytes;
    return;
  }
  const double assembly = assembly_bytes(comm, hessian, survey);
  elastem::require_memory(comm, assembly, "the sparse Hessian does not fit into memory: it takes",
                          "Use larger blocks with --block-residues, --atoms ca, or more machines.");
  sparse_ = std::make_unique<SparseProblem>(comm, hessian, network, survey);
  rank_bytes_ = assembly + sparse_->cost().rank_bytes;
}

ElasticSolver::~ElasticSolver() = default;

std::string ElasticSolver::description() const {
  if (sparse_)
    return fmt::format(
        "sparse solve: a factor of {:.3g} million entries, {:.3g} Gflop, {:.3g} GB over all ranks",
        sparse_->cost().factor_entries / 1e6, sparse_->cost().operations / 1e9, sparse_->cost().bytes / 1e9);
  const DenseSolveCost cost = eigensolver_cost(hessian_->order(), last_, comm_->size());
  return fmt::format("dense solve on {} of {} ranks ({} × {}): a matrix of {:.3g} GB, {} copies",
                     cost.grid_rows * cost.grid_columns, comm_->size(), cost.grid_rows, cost.grid_columns,
                     cost.matrix_bytes / 1e9, cost.copies);
}

void ElasticSolver::require_memory() const {
  if (!sparse_)
    return elastem::require_memory(*comm_, eigensolver_cost(hessian_->order(), last_, comm_->size()));
  elastem::require_memory(*comm_, rank_bytes_, "the sparse solve does not fit into memory: it takes",
                          "Use larger blocks with --block-residues, --atoms ca, or more machines.");
}

double ElasticSolver::estimated_seconds() const {
  return sparse_ ? sparse_->estimated_seconds(last_) : eigensolver_seconds(*comm_, hessian_->order(), last_);
}

ElasticModes ElasticSolver::solve() {
  return sparse_ ? sparse_->solve(last_) : dense_modes(*comm_, *hessian_, *network_, *survey_, last_);
}

}  // namespace elastem
