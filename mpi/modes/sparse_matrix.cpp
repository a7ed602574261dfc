#include "mpi/modes/sparse_matrix.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem::petsc {

namespace {

// MUMPS's control parameters (ICNTL), with their numbers.
constexpr PetscInt root_node_control = 13;   // 1: the root node is not given to ScaLAPACK
constexpr PetscInt work_space_control = 14;  // per cent more than estimated
constexpr PetscInt block_control = 15;       // −b: rows come in groups of b of equal pattern

// Its answers (INFOG, RINFOG).
constexpr int status_answer = 1, detail_answer = 2, negative_pivots_answer = 12;
constexpr int largest_rank_memory_answer = 16, memory_answer = 17, factor_entries_answer = 20;
constexpr int operations_answer = 1;

// Its status where work space was too small, and all others that mean that memory ran out.
constexpr std::array too_small_work_space = {-8, -9};
constexpr std::array out_of_memory = {-5, -7, -9, -11, -13, -19};

constexpr double million = 1e6;

// The unknowns of a rank's share of the blocks.
struct Share {
  std::int64_t first_block, last_block;
  PetscInt first, last, order;
};

Share share(const Communicator& comm, const BlockHessian& hessian) {
  require(hessian.order() <= std::numeric_limits<PetscInt>::max(), "PETSc counts with 32 bits");
  const auto [first, count] = equal_share(comm, hessian.blocks());
  const std::int64_t last = first + count;
  return {first, last, static_cast<PetscInt>(hessian.first_column(first)),
          static_cast<PetscInt>(hessian.first_column(last)), static_cast<PetscInt>(hessian.order())};
}

// How many entries each row of the upper triangle has within the rank's own columns and beyond them.
struct Counts {
  std::vector<PetscInt> own, other;
};

Counts row_counts(const BlockHessian& hessian, const ElasticSurvey& survey, const Share& s) {
  Counts counts{std::vector<PetscInt>(static_cast<std::size_t>(s.last - s.first)),
                std::vector<PetscInt>(static_cast<std::size_t>(s.last - s.first))};
  for (std::int64_t a = s.first_block; a < s.last_block; ++a) {
    PetscInt own = 0, other = 0;
    for (const std::int32_t b : survey.columns[static_cast<std::size_t>(a - s.first_block)])
      (b < s.last_block ? own : other) += hessian.columns(b);
    for (int row = 0; row < hessian.columns(a); ++row) {
      const auto at = static_cast<std::size_t>(hessian.first_column(a) + row - s.first);
      counts.own[at] = own - row;  // the diagonal block's part below the diagonal is not stored
      counts.other[at] = other;
    }
  }
  return counts;
}

void set_row(Mat matrix, const BlockHessian& hessian, std::int64_t a, const BlockHessian::Block& block,
             double shift) {
  const bool diagonal = block.column == a;
  for (int i = 0; i < block.values.rows(); ++i) {
    const auto row = static_cast<PetscInt>(hessian.first_column(a) + i);
    PetscInt columns[6];
    PetscScalar values[6];
    PetscInt count = 0;
    for (int j = diagonal ? i : 0; j < block.values.cols(); ++j, ++count) {
      columns[count] = static_cast<PetscInt>(hessian.first_column(block.column) + j);
      values[count] = block.values(i, j) + (diagonal && i == j ? shift : 0);
    }
    check(MatSetValues(matrix, 1, &row, count, columns, values, INSERT_VALUES), "filling the Hessian");
  }
}

}  // namespace

Matrix elastic_matrix(const Communicator& comm, BlockHessian& hessian, const ElasticSurvey& survey,
                      double shift) {
  const Share s = share(comm, hessian);
  Counts counts;
  collectively(comm, [&] { counts = row_counts(hessian, survey, s); });
  Matrix matrix;
  check(MatCreateSBAIJ(comm.handle(), 1, s.last - s.first, s.last - s.first, s.order, s.order, 0,
                       counts.own.data(), 0, counts.other.data(), matrix.address()),
        "allocating the Hessian");
  collectively(comm, [&] {
    for (std::int64_t a = s.first_block; a < s.last_block; ++a)
      for (const auto& block : hessian.upper_row(a)) set_row(matrix, hessian, a, block, shift);
  });
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY), "assembling the Hessian");
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY), "assembling the Hessian");
  return matrix;
}

std::vector<Vector> rigid_motions(const Communicator& comm, const BlockHessian& hessian,
                                  const BlockNetwork& network) {
  const Share s = share(comm, hessian);
  const Eigen::Vector3d centre = network.positions.rowwise().mean();
  std::vector<Vector> motions(6);
  std::vector<PetscScalar*> values(6);
  for (std::size_t k = 0; k < 6; ++k) {
    check(VecCreateMPI(comm.handle(), s.last - s.first, s.order, motions[k].address()), "making a vector");
    check(VecGetArray(motions[k], &values[k]), "writing a vector");
  }
  for (std::int64_t b = s.first_block; b < s.last_block; ++b) {
    const Eigen::MatrixXd coordinates = hessian.rigid_coordinates(b, centre);
    for (std::size_t k = 0; k < 6; ++k)
      std::copy_n(coordinates.col(static_cast<Eigen::Index>(k)).data(), coordinates.rows(),
                  values[k] + hessian.first_column(b) - s.first);
  }
  for (std::size_t k = 0; k < 6; ++k) check(VecRestoreArray(motions[k], &values[k]), "writing a vector");
  return motions;
}

Factorisation::Factorisation(Mat matrix, bool positive, int block)
    : matrix_(matrix), positive_(positive), block_(block) {
  check(MatSetOption(matrix, MAT_SYMMETRIC, PETSC_TRUE), "describing the Hessian");
  check(MatSetOption(matrix, MAT_SPD, positive ? PETSC_TRUE : PETSC_FALSE), "describing the Hessian");
  constexpr int usual = 25;
  analyse(usual);
}

void Factorisation::analyse(int more_percent) {
  factor_.reset();
  check(MatGetFactor(matrix_, MATSOLVERMUMPS, MAT_FACTOR_CHOLESKY, factor_.address()), "starting MUMPS");
  check(MatMumpsSetIcntl(factor_, work_space_control, more_percent), "setting MUMPS up");
  if (block_ > 1) check(MatMumpsSetIcntl(factor_, block_control, -block_), "setting MUMPS up");
  // Only without a root node given to ScaLAPACK are all negative pivots counted.
  if (!positive_) check(MatMumpsSetIcntl(factor_, root_node_control, 1), "setting MUMPS up");
  MatFactorInfo options;
  check(MatFactorInfoInitialize(&options), "setting MUMPS up");
  check(MatCholeskyFactorSymbolic(factor_, matrix_, nullptr, &options), "the analysis of the Hessian");
  require_success("analysis");
}

void Factorisation::factorise() {
  MatFactorInfo options;
  check(MatFactorInfoInitialize(&options), "setting MUMPS up");
  constexpr std::array percents = {100, 400, 1600};
  for (auto more = percents.begin();; ++more) {
    check(MatCholeskyFactorNumeric(factor_, matrix_, &options), "the factorisation of the Hessian");
    // Work space was too small, as happens with small networks on several ranks. It helps to allow for more,
    // but only from the analysis on.
    if (std::ranges::count(too_small_work_space, integer_answer(status_answer)) == 0 ||
        more == percents.end())
      break;
    analyse(*more);
  }
  require_success("factorisation");
}

std::int64_t Factorisation::negative_eigenvalues() const {
  return integer_answer(negative_pivots_answer);
}

int Factorisation::integer_answer(int number) const {
  PetscInt value = 0;
  check(MatMumpsGetInfog(factor_, number, &value), "asking MUMPS");
  return value;
}

double Factorisation::real_answer(int number) const {
  PetscReal value = 0;
  check(MatMumpsGetRinfog(factor_, number, &value), "asking MUMPS");
  return value;
}

void Factorisation::require_success(const char* step) const {
  const int code = integer_answer(status_answer);
  if (code >= 0) return;
  throw Error(fmt::format(
      "the sparse {} of the Hessian failed (MUMPS, code {}, {}). {}", step, code,
      integer_answer(detail_answer),
      std::ranges::count(out_of_memory, code) > 0
          ? "Memory ran out: use more ranks, or fewer unknowns with --block-residues or --atoms ca."
          : "Try --solver scalapack, or a larger --cutoff."));
}

// MUMPS gives numbers too large for an integer as minus millions, and memory in whole millions of bytes.
double Factorisation::entries() const {
  const double count = integer_answer(factor_entries_answer);
  return count < 0 ? -million * count : count;
}
double Factorisation::operations() const {
  return real_answer(operations_answer);
}
double Factorisation::most_rank_bytes() const {
  return million * (1 + integer_answer(largest_rank_memory_answer));
}
double Factorisation::bytes() const {
  return million * (1 + integer_answer(memory_answer));
}

}  // namespace elastem::petsc
