#pragma once

#include <string>

namespace elastem {

/// Starts the program again with OPENBLAS_CORETYPE set when OpenBLAS does not know this processor and fell
/// back to kernels without AVX although the processor has it: those are four to five times slower, also for
/// LibTorch. OpenBLAS reads the variable only when it is loaded. Does nothing when the user set the variable.
/// Call first in main, before MPI starts; returns when nothing is to be done.
void restart_with_fast_blas(char** argv);

/// Runs BLAS and OpenMP with one thread on this rank unless the user set OPENBLAS_NUM_THREADS or
/// OMP_NUM_THREADS: the ranks are the parallelism.
void limit_library_threads();

/// A sentence for the user when the BLAS or LAPACK loaded at run time is not one of the tuned ones (OpenBLAS,
/// MKL, BLIS …), judged by its file name, else "". The reference implementation is correct but some ten times
/// slower.
std::string blas_warning();

}  // namespace elastem
