#pragma once

#include <vector>

#include "mpi/linalg/petsc.hpp"
#include "mpi/modes/elastic_survey.hpp"

namespace elastem::petsc {

/// The upper triangle of H + shift, each rank with the rows of its share of the blocks, made row of blocks by
/// row of blocks; the survey tells which blocks there are. Collective.
Matrix elastic_matrix(const Communicator& comm, BlockHessian& hessian, const ElasticSurvey& survey,
                      double shift);

/// The six rigid motions of the whole network in the coordinates of its blocks, Pᵀ M^{½} (e, e × r): the null
/// space of H. Not orthonormal. Collective.
std::vector<Vector> rigid_motions(const Communicator& comm, const BlockHessian& hessian,
                                  const BlockNetwork& network);

/// MUMPS's sparse factorisation of a symmetric matrix, in two steps: the analysis tells what the second
/// takes.
class Factorisation {
 public:
  /// Analyses. `positive`: the matrix is positive definite (L Lᵀ), else L D Lᵀ. `block`: its rows come in
  /// groups of so many of equal pattern (1: unknown), which makes the analysis faster. Collective.
  Factorisation(Mat matrix, bool positive, int block);

  double entries() const;
  double operations() const;
  double most_rank_bytes() const;
  double bytes() const;

  /// Collective. Throws Error when memory runs out or the matrix is not what was said.
  void factorise();
  /// What MatSolve solves with.
  Mat factor() const { return factor_; }
  /// How many eigenvalues of the matrix are negative. Collective.
  std::int64_t negative_eigenvalues() const;

 private:
  void analyse(int more_percent);        // more work space than MUMPS estimates
  int integer_answer(int number) const;  // MUMPS's INFOG and RINFOG
  double real_answer(int number) const;
  void require_success(const char* step) const;

  Mat matrix_;
  bool positive_;
  int block_;
  Matrix factor_;
};

}  // namespace elastem::petsc
