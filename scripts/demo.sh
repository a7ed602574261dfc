#!/bin/bash
# From a structure to its landscape in one command: scripts/demo.sh [DIR]   (DIR: demo/ in the project's folder)
#
# Sets up, builds, then on two ranks: normal modes of adenylate kinase, 1,000 noisy images of the moving molecule,
# alignment of 300 of them, a network trained on those, prediction and refinement of all, the errors against the
# truth, and the landscape. About two and a half minutes on two cores once the program is built. Run again with the same DIR it
# goes on where it was stopped.
set -euo pipefail
source_dir=$(cd "$(dirname "$0")/.." && pwd)
case "${1:-}" in -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
out=$(mkdir -p "${1:-$source_dir/demo}" && cd "${1:-$source_dir/demo}" && pwd)

"$source_dir/scripts/setup.sh" build
"$source_dir/scripts/build.sh" release

elastem=$source_dir/build/release/elastem
. "$source_dir/scripts/launch.sh"
launch=("${mpiexec[@]}" "${ELASTEM_RANKS:-2}")
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

. "$source_dir/scripts/chain.sh"
trap pass_signal_on USR1
start=$SECONDS
code=0
chain || code=$?
if [ "$code" = 3 ]; then
  printf '\nStopped with the work saved. Go on with: scripts/demo.sh %s\n' "$out"
  exit 3
fi
if [ "$code" != 0 ]; then
  printf '\nThe demonstration failed (code %d); the message above says why.\n' "$code" >&2
  exit "$code"
fi
what_to_look_at
printf '\nDone in %d min %02d s.\n' "$(((SECONDS - start) / 60))" "$(((SECONDS - start) % 60))"
