#!/bin/bash
# tests/bench/modes_prody.sh STRUCTURE [BINARY]: modes 7-20 of all atoms at 8 Å from file to result, as CSV: by ProDy's ANM
# as installed on one thread, and with two threads and the OpenBLAS kernels of this processor if OpenBLAS does not choose them
# itself (the faster of two runs each); by elastem on one and on two ranks (medians of five); how many times faster elastem is.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
structure=$(realpath "$1")
elastem=$(realpath "${2:-$source_dir/build/release/elastem}")
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
seconds() {
  local start end
  start=$(date +%s.%N)
  "$@" >out 2>err
  end=$(date +%s.%N)
  awk "BEGIN { print $end - $start }"
}
cat >anm.py <<'END'
import sys, prody
prody.confProDy(verbosity="none")
atoms = prody.parsePDB(sys.argv[1]).select("not hydrogen and not water and not hetero")
anm = prody.ANM()
anm.buildHessian(atoms, cutoff=8.0)
anm.calcModes(14)
print(len(atoms), *anm.getEigvals()[:3])
END
if grep -q avx512dq /proc/cpuinfo; then kernels=SkylakeX; else kernels=Haswell; fi
for _ in 1 2; do
  (unset OPENBLAS_CORETYPE; OPENBLAS_NUM_THREADS=1 seconds /usr/bin/python3 anm.py "$structure") >>single
  OPENBLAS_CORETYPE=$kernels OPENBLAS_NUM_THREADS=2 seconds /usr/bin/python3 anm.py "$structure" >>tuned
done
echo "ProDy: atoms and lowest eigenvalues $(cat out)" >&2
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
for _ in 1 2 3 4 5; do
  seconds "$elastem" modes -i "$structure" --modes 20 -o one.h5 --overwrite >>one
  seconds "${mpiexec[@]}" 2 --bind-to core "$elastem" modes -i "$structure" --modes 20 -o two.h5 --overwrite >>two
done
grep -E "solver|factorisation" err >&2
single=$(sort -n single | head -1) tuned=$(sort -n tuned | head -1)
one=$(sort -n one | sed -n 3p) two=$(sort -n two | sed -n 3p)
echo "machine,prody_one_thread_s,prody_two_tuned_s,one_rank_s,two_ranks_s,one_thread/one,two_tuned/one,one_thread/two,two_tuned/two"
echo "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs),$single,$tuned,$one,$two,$(awk "BEGIN {
  printf \"%.1f,%.1f,%.1f,%.1f\", $single / $one, $tuned / $one, $single / $two, $tuned / $two }")"
