#include "mpi/modes/shift_invert.hpp"

#include <algorithm>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem::petsc {

namespace {

constexpr const char* setting_up = "setting SLEPc up";
// Of the relative residual of 1/(λ + σ); the eigenvalue's own error goes with its square.
constexpr double tolerance = 1e-11;
// Ten times what the hardest networks needed: whoever needs more does not converge.
constexpr PetscInt most_restarts = 200;
// The space of a search is twice the wanted pairs and this many more: measured to need the fewest solutions.
constexpr std::int64_t spare_vectors = 32;

PetscErrorCode apply_inverse(Mat shell, Vec x, Vec y) {
  Mat factor = nullptr;
  const PetscErrorCode code = MatShellGetContext(shell, static_cast<void*>(&factor));
  return code != 0 ? code : MatSolve(factor, x, y);
}

MPI_Comm communicator_of(Mat matrix) {
  MPI_Comm comm = MPI_COMM_NULL;
  check(PetscObjectGetComm(reinterpret_cast<PetscObject>(matrix), &comm), "asking PETSc");
  return comm;
}

// The inverse of a factorised matrix, as an operator.
Matrix inverse_of(Mat matrix, Mat factor) {
  PetscInt rows = 0;
  check(MatGetLocalSize(matrix, &rows, nullptr), "asking PETSc");
  Matrix inverse;
  check(MatCreateShell(communicator_of(matrix), rows, rows, PETSC_DETERMINE, PETSC_DETERMINE, factor,
                       inverse.address()),
        setting_up);
  check(MatShellSetOperation(inverse, MATOP_MULT, reinterpret_cast<void (*)()>(apply_inverse)), setting_up);
  return inverse;
}

// Random numbers that depend on an unknown's number alone: the same start on any number of ranks.
Vector random_vector(Mat matrix, std::uint64_t seed) {
  Vector vector;
  check(MatCreateVecs(matrix, vector.address(), nullptr), "making a vector");
  PetscInt first = 0, last = 0;
  check(VecGetOwnershipRange(vector, &first, &last), "making a vector");
  PetscScalar* values = nullptr;
  check(VecGetArray(vector, &values), "making a vector");
  for (PetscInt i = first; i < last; ++i)
    values[i - first] = Random(seed, Stream::sampling, static_cast<std::uint64_t>(i)).normal();
  check(VecRestoreArray(vector, &values), "making a vector");
  return vector;
}

}  // namespace

ShiftInvert::ShiftInvert(Matrix matrix, double shift, std::vector<Vector> null_space, int block)
    : matrix_(std::move(matrix)), shift_(shift), null_space_(std::move(null_space)), block_(block) {
  factor_.emplace(matrix_, true, block_);
}

std::int64_t ShiftInvert::order() const {
  PetscInt rows = 0;
  check(MatGetSize(matrix_, &rows, nullptr), "asking PETSc");
  return rows;
}

void ShiftInvert::find(std::int64_t count, std::vector<Pair>& found) {
  const auto room = order() - static_cast<std::int64_t>(null_space_.size() + found.size());
  const auto wanted = static_cast<PetscInt>(std::min(count, room));
  if (wanted == 0) return;
  // SLEPc wants one more than there may be and stops by itself where there is none.
  const auto space = static_cast<PetscInt>(
      std::max<std::int64_t>(wanted + 1, std::min<std::int64_t>(2 * wanted + spare_vectors, room)));
  const Matrix inverse = inverse_of(matrix_, factor_->factor());
  const Vector start = random_vector(matrix_, 1 + found.size());
  Vec first = start;
  std::vector<Vec> known;
  for (const Vector& vector : null_space_) known.push_back(vector);
  for (const Pair& pair : found) known.push_back(pair.vector);

  Eigensolver solver;
  check(EPSCreate(communicator_of(matrix_), solver.address()), setting_up);
  check(EPSSetOperators(solver, inverse, nullptr), setting_up);
  check(EPSSetProblemType(solver, EPS_HEP), setting_up);
  check(EPSSetType(solver, EPSKRYLOVSCHUR), setting_up);
  check(EPSSetWhichEigenpairs(solver, EPS_LARGEST_REAL), setting_up);
  check(EPSSetDimensions(solver, wanted, space, PETSC_DEFAULT), setting_up);
  check(EPSSetTolerances(solver, tolerance, most_restarts), setting_up);
  check(EPSSetDeflationSpace(solver, static_cast<PetscInt>(known.size()), known.data()), setting_up);
  check(EPSSetInitialSpace(solver, 1, &first), setting_up);
  check(EPSSetFromOptions(solver), setting_up);
  check(EPSSolve(solver), "the search for eigenvalues");
  PetscInt converged = 0;
  check(EPSGetConverged(solver, &converged), "asking SLEPc");
  if (converged < wanted)
    throw Error(fmt::format(
        "SLEPc found only {} of {} eigenvalues. Ask for fewer with --modes, or use --solver scalapack.",
        converged, wanted));
  Vector image;
  check(VecDuplicate(start, image.address()), "making a vector");
  for (PetscInt k = 0; k < converged; ++k) {
    Pair pair;
    check(VecDuplicate(start, pair.vector.address()), "making a vector");
    check(EPSGetEigenvector(solver, k, pair.vector, nullptr), "asking SLEPc");
    check(MatMult(matrix_, pair.vector, image), "multiplying with the Hessian");
    check(VecTDot(pair.vector, image, &pair.value), "multiplying vectors");  // Rayleigh's quotient
    pair.value -= shift_;
    found.push_back(std::move(pair));
  }
}

std::int64_t ShiftInvert::count_below(double value) {
  factor_.reset();
  check(MatShift(matrix_, -shift_ - value), "shifting the Hessian");
  factor_.emplace(matrix_, false, block_);
  factor_->factorise();
  const auto below = factor_->negative_eigenvalues() - static_cast<std::int64_t>(null_space_.size());
  check(MatShift(matrix_, shift_ + value), "shifting the Hessian");
  factor_.reset();
  return below;
}

double ShiftInvert::residual(Vec x, double value) const {
  Vector image;
  check(VecDuplicate(x, image.address()), "making a vector");
  check(MatMult(matrix_, x, image), "multiplying with the Hessian");
  check(VecAXPY(image, -(value + shift_), x), "adding vectors");
  double norm = 0;
  check(VecNorm(image, NORM_2, &norm), "measuring a vector");
  return norm;
}

double ShiftInvert::null_space_residual(std::size_t k) const {
  double length = 0;
  check(VecNorm(null_space_[k], NORM_2, &length), "measuring a vector");
  return residual(null_space_[k], 0) / length;
}

std::vector<double> local_values(Vec vector) {
  PetscInt size = 0;
  const PetscScalar* values = nullptr;
  check(VecGetLocalSize(vector, &size), "reading a vector");
  check(VecGetArrayRead(vector, &values), "reading a vector");
  std::vector<double> copy(values, values + size);
  check(VecRestoreArrayRead(vector, &values), "reading a vector");
  return copy;
}

}  // namespace elastem::petsc
