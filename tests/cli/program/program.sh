#!/bin/bash
# The program around its commands: help, version, unknown words, one error line, exit codes, on 1 and 3 ranks.
set -uo pipefail
# shellcheck source=tests/support/script.sh
source "$ELASTEM_SOURCE/tests/support/script.sh"

# gives CODE N ARGUMENTS…: runs on N ranks; checks the exit code, keeps the texts in out and err.
gives() {
  local code=$1 n=$2
  shift 2
  ranks "$n" "$@" >out 2>err
  local got=$?
  [ "$got" = "$code" ] || fail "elastem $* on $n ranks gives $got, not $code: $(cat err)"
}
says() { grep -qF -- "$2" "$1" || fail "no \"$2\" in: $(cat "$1")"; }

for n in 1 3; do
  gives 0 "$n" --help
  for command in modes synthesize align train predict evaluate landscape reconstruct export inspect; do
    says out "  $command "
  done
  [ "$(grep -c '^Usage:' out)" = 1 ] || fail "the help is printed more than once on $n ranks"

  gives 0 "$n" --version
  for library in compiler OpenMPI FFTW HDF5 ScaLAPACK Eigen Boost BLAS LAPACK commit; do
    grep -q "^$library " out || fail "--version says nothing of $library: $(cat out)"
  done
  grep -q "^BLAS .*openblas" out || fail "the BLAS is not OpenBLAS: $(grep ^BLAS out)"
  grep -q "^LAPACK .*openblas" out || fail "the LAPACK is not OpenBLAS: $(grep ^LAPACK out)"

  gives 2 "$n" algn
  says err 'elastem: error: there is no command "algn" (did you mean align?)'
  [ "$(grep -c '^elastem:' err)" = 1 ] || fail "the error is not printed once on $n ranks: $(cat err)"
  gives 2 "$n"
  says err "elastem COMMAND"
  gives 2 "$n" modes --cutof 3
  says err "unknown option --cutof (did you mean cutoff?)"
  gives 2 "$n" inspect nowhere.h5
  says err "nowhere.h5"
done

# Kernels without AVX where the processor has it: the program chooses better ones unless the user chose.
OPENBLAS_CORETYPE=Prescott gives 0 1 --version
says out "kernels for Prescott"
if grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo; then
  (unset OPENBLAS_CORETYPE && gives 0 1 --version) || exit 1
  grep -q "kernels for Prescott" out && fail "slow BLAS kernels on a processor with AVX2"
fi
exit 0
