#include "mpi/modes/sparse_matrix.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "core/error.hpp"

namespace elastem::petsc {

namespace {

// The unknowns of a rank's share of the blocks.
struct Share {
  std::int64_t first_block, last_block;
  PetscInt first, last, order;
};

Share share(const Communicator& comm, const BlockHessian& hessian) {
  require(hessian.order() <= std::numeric_limits<PetscInt>::max(), "PETSc counts with 32 bits");
  const auto [first, last] = share_of(comm, hessian.blocks());
  return {first, last, static_cast<PetscInt>(hessian.first_column(first)),
          static_cast<PetscInt>(hessian.first_column(last)), static_cast<PetscInt>(hessian.order())};
}

// How many entries each row of the upper triangle has within the rank's own columns and beyond them.
struct Counts {
  std::vector<PetscInt> own, other;
};

Counts row_counts(const BlockHessian& hessian, const NetworkSurvey& survey, const Share& s) {
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

Matrix network_matrix(const Communicator& comm, BlockHessian& hessian, const NetworkSurvey& survey,
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
  check(MatMumpsSetIcntl(factor_, 14, more_percent), "setting MUMPS up");
  if (block_ > 1) check(MatMumpsSetIcntl(factor_, 15, -block_), "setting MUMPS up");
  // Only without a root node given to ScaLAPACK are all negative pivots counted.
  if (!positive_) check(MatMumpsSetIcntl(factor_, 13, 1), "setting MUMPS up");
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
    const double code = info(1, false);
    // Work space was too small, as happens with small networks on several ranks. It helps to allow for more,
    // but only from the analysis on.
    const bool too_small = code == -8 || code == -9;
    if (!too_small || more == percents.end()) break;
    analyse(*more);
  }
  require_success("factorisation");
}

std::int64_t Factorisation::negative_eigenvalues() const {
  return static_cast<std::int64_t>(info(12, false));  // negative pivots
}

double Factorisation::info(int index, bool real) const {
  PetscInt integer = 0;
  PetscReal value = 0;
  if (real)
    check(MatMumpsGetRinfog(factor_, index, &value), "asking MUMPS");
  else
    check(MatMumpsGetInfog(factor_, index, &integer), "asking MUMPS");
  return real ? value : static_cast<double>(integer);
}

void Factorisation::require_success(const char* step) const {
  const int code = static_cast<int>(info(1, false));
  if (code >= 0) return;
  const bool memory = code == -5 || code == -7 || code == -9 || code == -11 || code == -13 || code == -19;
  throw Error(std::string("the sparse ") + step + " of the Hessian failed (MUMPS, code " +
              std::to_string(code) + ", " + std::to_string(static_cast<long>(info(2, false))) + "). " +
              (memory
                   ? "Memory ran out: use more ranks, or fewer unknowns with --block-residues or --atoms ca."
                   : "Try --solver scalapack, or a larger --cutoff."));
}

// MUMPS gives numbers too large for an integer as minus millions, and memory in whole millions of bytes.
double Factorisation::entries() const {
  const double count = info(20, false);
  return count < 0 ? -1e6 * count : count;
}
double Factorisation::operations() const {
  return info(1, true);
}
double Factorisation::most_rank_bytes() const {
  return 1e6 * (1 + info(16, false));
}
double Factorisation::bytes() const {
  return 1e6 * (1 + info(17, false));
}

}  // namespace elastem::petsc
