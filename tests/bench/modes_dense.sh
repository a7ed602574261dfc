#!/bin/bash
# tests/bench/modes_dense.sh STRUCTURE [BUILD] [REPEATS]: eigenpairs of the all-atom Hessian (8 Å) of a structure on
# two ranks by ELPA and each driver of ScaLAPACK, block size and grid, and by NumPy with two threads in turn with them; CSV. Needs
# a quiet machine with two cores. Chain B of 4AKE (1,656 atoms, order 4,968) takes about 15 s per line.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
structure=$(realpath "${1:?give a structure}") build=$(realpath "${2:-$source_dir/build/release}")
cmake --build "$build" --target dense_solvers >/dev/null
solvers=$build/tests/bench/modes_dense/dense_solvers
repeats=${3:-3}
# OpenBLAS 0.3.21 does not know newer processors and would fall back to slow kernels, for both sides alike.
grep -q avx512f /proc/cpuinfo && export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-SkylakeX}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$solvers" "$structure" hessian "$work/hessian"
machine="$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs),$(hostname)"
row() { sed "s/^/$machine,/"; }
solve() { "${mpiexec[@]}" 2 --bind-to core "$solvers" "$structure" "$@" | row; }
echo "machine,host,driver,ranks,grid,block,order,count,seconds,reduction,tridiagonal,back,lambda7"
for _ in $(seq "$repeats"); do
  OPENBLAS_NUM_THREADS=2 OMP_NUM_THREADS=2 /usr/bin/python3 "$source_dir/tests/bench/modes_dense/eigh.py" "$work/hessian" | row
  for block in 32 64; do solve elastem "$block" 1; done
  for block in 16 32 48 64 96 128; do solve stages "$block" 1; done
  for block in 32 64; do solve stages "$block" 2; done
  solve stages-robust 32 1
  for driver in elpa1 elpa2 pdsyevd pdsyevr pdsyevx; do solve "$driver" 32 1; done
  for driver in elpa1 elpa2 pdsyevx; do solve "$driver" 32 1 20; done
done
