#!/bin/bash
# From a structure to its landscape in one command: scripts/demo.sh [DIR]   (DIR: demo/ in the current folder)
#
# Sets up, builds (unless ELASTEM names a program, or the script is installed), then on two ranks: normal modes of adenylate kinase, 1,000 noisy images of the moving molecule,
# alignment of 300 of them, a network trained on those, prediction and refinement of all, the errors against the
# truth, and the landscape. About two and a half minutes on two cores once the program is built. Run again with the same DIR it
# resumes where it was stopped.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "$0")" && pwd)
case "${1:-}" in -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
out=$(mkdir -p "${1:-demo}" && cd "${1:-demo}" && pwd)

if [ -z "${ELASTEM:-}" ] && [ -x "$here/build.sh" ]; then
  "$here/setup.sh" build
  "$here/build.sh" release
  ELASTEM=$here/../build/release/elastem
fi
# shellcheck source=scripts/launch.sh
. "$here/launch.sh"
launch=("${mpiexec[@]}" "${ELASTEM_RANKS:-2}")
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# shellcheck source=scripts/chain.sh
. "$here/chain.sh"
trap pass_signal_on USR1
start=$SECONDS
code=0
chain || code=$?
if [ "$code" = 3 ]; then
  printf '\nStopped with the work saved. Resume with: %s %s\n' "$0" "$out"
  exit 3
fi
if [ "$code" != 0 ]; then
  printf '\nThe demonstration failed (code %d); the message above says why.\n' "$code" >&2
  exit "$code"
fi
what_to_look_at
printf '\nDone in %d min %02d s.\n' "$(((SECONDS - start) / 60))" "$(((SECONDS - start) % 60))"
