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

// C ← op(Q) C with the reflections of a reduction to tridiagonal form.
void pdormtr_(const char* side, const char* uplo, const char* trans, const int* m, const int* n,
              const double* a, const int* ia, const int* ja, const int* desc_a, const double* tau, double* c,
              const int* ic, const int* jc, const int* desc_c, double* work, const int* lwork, int* info);

// Eigenpairs of a symmetric tridiagonal matrix by divide and conquer: d, e on every rank of the grid, Q
// spread.
void pdstedc_(const char* compz, const int* n, double* d, double* e, double* q, const int* iq, const int* jq,
              const int* desc_q, double* work, const int* lwork, int* iwork, const int* liwork, int* info);

// y ← alpha·op(A)·x + beta·y; the same for a symmetric A; C ← alpha·op(A)·op(B) + beta·C.
void dgemv_(const char* trans, const int* m, const int* n, const double* alpha, const double* a,
            const int* lda, const double* x, const int* incx, const double* beta, double* y, const int* incy);
void dsymv_(const char* uplo, const int* n, const double* alpha, const double* a, const int* lda,
            const double* x, const int* incx, const double* beta, double* y, const int* incy);
void dgemm_(const char* trans_a, const char* trans_b, const int* m, const int* n, const int* k,
            const double* alpha, const double* a, const int* lda, const double* b, const int* ldb,
            const double* beta, double* c, const int* ldc);

// Eigenpairs of a symmetric tridiagonal matrix by multiple relatively robust representations.
void dstemr_(const char* jobz, const char* range, const int* n, double* d, double* e, const double* vl,
             const double* vu, const int* il, const int* iu, int* m, double* w, double* z, const int* ldz,
             const int* nzc, int* isuppz, int* tryrac, double* work, const int* lwork, int* iwork,
             const int* liwork, int* info);
}
