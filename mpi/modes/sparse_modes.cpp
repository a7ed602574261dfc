#include "mpi/modes/sparse_modes.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/error.hpp"
#include "mpi/modes/elastic_expansion.hpp"
#include "mpi/modes/shift_invert.hpp"

namespace elastem {

namespace {

using petsc::Pair;

// σ as a share of the largest eigenvalue: so small that the lowest modes are well apart in 1/(λ + σ), so
// large that H + σ is positive definite beyond rounding.
constexpr double shift_share = 1e-6;

// Rows of equal pattern: as many as the columns of all blocks have in common.
int common_block(const BlockHessian& hessian) {
  int common = 0;
  for (std::int64_t b = 0; b < hessian.blocks(); ++b) common = std::gcd(common, hessian.columns(b));
  return common;
}

// The middle of the widest gap above the pair number `last` − 1 of a sorted list of more, and how many pairs
// lie below it.
std::pair<double, std::int64_t> gap_above(const std::vector<Pair>& pairs, std::int64_t last) {
  const auto value = [&](std::int64_t k) { return pairs[static_cast<std::size_t>(k)].value; };
  std::int64_t best = last;
  for (auto k = last; k < static_cast<std::int64_t>(pairs.size()); ++k)
    if (value(k) / value(k - 1) > value(best) / value(best - 1)) best = k;
  return {(value(best - 1) + value(best)) / 2, best};
}

Eigen::VectorXd values_of(const std::vector<Pair>& pairs) {
  Eigen::VectorXd values(static_cast<Eigen::Index>(pairs.size()));
  for (std::size_t k = 0; k < pairs.size(); ++k) values(static_cast<Eigen::Index>(k)) = pairs[k].value;
  return values;
}

// This rank's rows of the first `count` ≥ 1 vectors side by side.
Eigen::MatrixXd local_rows(const std::vector<Pair>& pairs, Eigen::Index count) {
  Eigen::MatrixXd rows;
  for (Eigen::Index k = 0; k < count; ++k) {
    const std::vector<double> values = petsc::local_values(pairs[static_cast<std::size_t>(k)].vector);
    if (k == 0) rows.resize(static_cast<Eigen::Index>(values.size()), count);
    rows.col(k) = Eigen::Map<const Eigen::VectorXd>(values.data(), rows.rows());
  }
  return rows;
}

}  // namespace

struct SparseProblem::Parts {
  Parts(const Communicator& comm, const BlockHessian& hessian_in, const BlockNetwork& network_in,
        const ElasticSurvey& survey_in)
      : session(comm), hessian(&hessian_in), network(&network_in), survey(&survey_in) {}

  petsc::SlepcSession session;
  const BlockHessian* hessian;
  const BlockNetwork* network;
  const ElasticSurvey* survey;
  StageTimes stages;
  std::optional<petsc::ShiftInvert> solver;
};

SparseProblem::SparseProblem(const Communicator& comm, BlockHessian& hessian, const BlockNetwork& network,
                             const ElasticSurvey& survey)
    : comm_(&comm), parts_(std::make_unique<Parts>(comm, hessian, network, survey)) {
  const double shift = shift_share * survey.eigenvalue_bound;
  petsc::Matrix matrix = petsc::elastic_matrix(comm, hessian, survey, shift);
  std::vector<petsc::Vector> rigid = petsc::rigid_motions(comm, hessian, network);
  parts_->stages.lap("Hessian");
  parts_->solver.emplace(std::move(matrix), shift, std::move(rigid), common_block(hessian));
  parts_->stages.lap("analysis");
  const petsc::Factorisation& factor = parts_->solver->factorisation();
  cost_ = {factor.entries(), factor.operations(), factor.most_rank_bytes(), factor.bytes()};
}

SparseProblem::~SparseProblem() = default;

// The lowest pairs, ascending and complete up to the last wanted one: all free motions, `wanted` elastic ones
// and some more, where there are more.
std::vector<petsc::Pair> SparseProblem::lowest_pairs(std::int64_t wanted) {
  petsc::ShiftInvert& solver = *parts_->solver;
  const std::int64_t all = parts_->hessian->order() - (first_elastic_mode - 1);
  std::vector<Pair> pairs;
  const auto known = [&] { return static_cast<std::int64_t>(pairs.size()); };
  std::int64_t needed = wanted + 1;  // one more, so that there is a gap above the last
  constexpr int rounds = 6;          // each finds what symmetry hid from those before
  for (int round = 0; round < rounds; ++round) {
    solver.factorise();
    parts_->stages.lap("factorisation");
    while (known() < std::min(needed, all)) {
      solver.find(needed - known(), pairs);
      std::ranges::sort(pairs, {}, &Pair::value);
      needed = std::max(needed, wanted + 1 + free_motions(values_of(pairs), *parts_->survey));
    }
    parts_->stages.lap("eigenvectors");
    if (known() == all) return pairs;
    const auto [value, below] = gap_above(pairs, needed - 1);
    const std::int64_t hidden = solver.count_below(value) - below;
    parts_->stages.lap("count");
    if (hidden == 0) return pairs;
    if (hidden < 0) break;
    needed = known() + hidden;
  }
  throw Error("the eigenvalues that were found are not those that a count gives. Use --solver scalapack.");
}

ElasticModes SparseProblem::solve(int last) {
  const int wanted = last - (first_elastic_mode - 1);
  require(wanted > 0, "elastic modes start at 7");
  require_modes(*parts_->hessian, last);
  const std::vector<Pair> pairs = lowest_pairs(wanted);
  const int free = free_motions(values_of(pairs), *parts_->survey);
  require_modes(*parts_->hessian, last + free);

  ElasticModes result;
  const Eigen::MatrixXd rows = local_rows(pairs, free + wanted);
  result.orthogonality = orthogonality(*comm_, rows);
  for (const Pair& pair : std::span(pairs).first(static_cast<std::size_t>(free + wanted)))
    result.residual = std::max(result.residual, parts_->solver->residual(pair.vector, pair.value));
  result.rigid.resize(first_elastic_mode - 1);
  for (Eigen::Index k = 0; k < result.rigid.size(); ++k)
    result.rigid(k) = parts_->solver->null_space_residual(static_cast<std::size_t>(k));
  parts_->stages.lap("check");
  expand_modes(*comm_, *parts_->hessian, *parts_->network, values_of(pairs).head(free + wanted), rows, free,
               result);
  parts_->stages.lap("expansion");
  result.method = "sparse factorisation (MUMPS) and Krylov-Schur (SLEPc)";
  result.stages = parts_->stages;
  return result;
}

double SparseProblem::estimated_seconds(int last) const {
  // Measured with two ranks: a factorisation runs at a third of the speed of products of matrices, a solution
  // reads the factor twice at the speed of memory, and each mode takes three of them.
  constexpr double slower_than_product = 3, bytes_per_second = 6e9, solutions_per_mode = 3,
                   first_solutions = 32;
  constexpr Eigen::Index n = 600;
  const Eigen::MatrixXd a = Eigen::MatrixXd::Ones(n, n);
  const double start = MPI_Wtime();
  const Eigen::MatrixXd b = a * a;
  require(b(0, 0) == static_cast<double>(n), "a product of ones is their number");
  const double rate = 2.0 * n * n * n / std::max(1e-9, comm_->max(MPI_Wtime() - start));
  const double ranks = comm_->size(), wanted = last - (first_elastic_mode - 1);
  const double factorisation = slower_than_product * cost_.operations / (rate * ranks);
  const double solutions = (solutions_per_mode * wanted + first_solutions) * 2 * sizeof(double) *
                           cost_.factor_entries / (bytes_per_second * ranks);
  return 2 * factorisation + solutions;  // the second counts the eigenvalues
}

}  // namespace elastem
