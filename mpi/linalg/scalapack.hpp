#pragma once

#include <mpi.h>

// The routines of BLACS, ScaLAPACK and LAPACK that are called; neither comes with a C header.
extern "C" {
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int* context, const char* order, int rows, int columns);
void Cblacs_gridinfo(int context, int* rows, int* columns, int* row, int* column);
void Cblacs_gridexit(int context);

int numroc_(const int* n, const int* block, const int* process, const int* source, const int* processes);

// A = Q T Qᵀ of a symmetric matrix.
void pdsytrd_(const char* uplo, const int* n, double* a, const int* ia, const int* ja, const int* desc_a,
              double* d, double* e, double* tau, double* work, const int* lwork, int* info);
// C ← op(Q) C.
void pdormtr_(const char* side, const char* uplo, const char* trans, const int* m, const int* n,
              const double* a, const int* ia, const int* ja, const int* desc_a, const double* tau, double* c,
              const int* ic, const int* jc, const int* desc_c, double* work, const int* lwork, int* info);

// Eigenpairs of a symmetric tridiagonal matrix by divide and conquer: d, e on every rank of the grid, Q
// spread.
void pdstedc_(const char* compz, const int* n, double* d, double* e, double* q, const int* iq, const int* jq,
              const int* desc_q, double* work, const int* lwork, int* iwork, const int* liwork, int* info);

// A = L Lᵀ, and the solution of A X = B with it.
void pdpotrf_(const char* uplo, const int* n, double* a, const int* ia, const int* ja, const int* desc_a,
              int* info);
void pdpotrs_(const char* uplo, const int* n, const int* count, const double* a, const int* ia, const int* ja,
              const int* desc_a, double* b, const int* ib, const int* jb, const int* desc_b, int* info);

// Eigenpairs of a symmetric tridiagonal matrix by multiple relatively robust representations.
void dstemr_(const char* jobz, const char* range, const int* n, double* d, double* e, const double* vl,
             const double* vu, const int* il, const int* iu, int* m, double* w, double* z, const int* ldz,
             const int* nzc, int* isuppz, int* tryrac, double* work, const int* lwork, int* iwork,
             const int* liwork, int* info);
}
