#!/bin/bash
# tests/bench/align_ranks.sh [BINARY]: the embedded example's images aligned on one rank and on two, five times in turn;
# the median times and their ratio. Needs a quiet machine with two cores.
set -euo pipefail
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
elastem=$(realpath "${1:-$source_dir/build/release/elastem}")
particles=${ELASTEM_PARTICLES:-60}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$elastem" modes -i "$source_dir/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 -q
"$elastem" synthesize -m modes.h5 -o set/particles.star -n "$particles" --modes 7-9 -q
seconds() {
  local start end
  start=$(date +%s.%N)
  mpirun -n "$1" --bind-to core "$elastem" align -i set/particles.star -m modes.h5 --modes 7-9 -o a.h5 --overwrite -q
  end=$(date +%s.%N)
  awk "BEGIN { print $end - $start }"
}
seconds 2 >/dev/null  # warms the caches
for _ in 1 2 3 4 5; do
  seconds 1 >>one
  seconds 2 >>two
done
one=$(sort -n one | sed -n 3p) two=$(sort -n two | sed -n 3p)
echo "machine,particles,size,atoms,seconds_1_rank,seconds_2_ranks,ratio"
echo "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs),$particles,64,211,$one,$two,$(awk "BEGIN { print $one / $two }")"
