#!/bin/bash
# tests/bench/align_ranks.sh [BINARY [STRUCTURE [N]]]: N images (60) aligned on one rank and on two in turn, ROUNDS (5)
# times: the median seconds and the median of each round's ratio, of the whole program and of the alignment alone, as
# elastem counts it (without start-up: reading, noise, table, library). Beside them what two separate one-rank programs
# do at once: the throughput that the machine has to give. Without a structure the Cα atoms of adenylate kinase in
# tests/data, else all atoms of it. CSV. Needs a quiet machine with two cores.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
case "${1:-}" in -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
elastem=$(realpath "${1:-$source_dir/build/release/elastem}")
atoms=(-i "$source_dir/tests/data/ake_open_ca.pdb" --atoms ca)
[ -z "${2:-}" ] || atoms=(-i "$(realpath "$2")" --atoms all)
particles=${3:-60} rounds=${ROUNDS:-5}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$elastem" modes "${atoms[@]}" --modes 9 -o modes.h5 -q
"$elastem" synthesize -m modes.h5 -o set/particles.star -n "$particles" --modes 7-9 --contact-sheet none -q

aligned() {  # RESULT LOG LAUNCHER…
  local result=$1 log=$2
  shift 2
  "$@" "$elastem" align -i set/particles.star -m modes.h5 --modes 7-9 -o "$result" --overwrite >"$log" 2>&1 ||
    { cat "$log" >&2; exit 1; }
}
on_ranks() { aligned a.h5 log "${mpiexec[@]}" "$1" --bind-to core; }
side_by_side() {
  aligned a.h5 log taskset -c 0 &
  aligned b.h5 log_b taskset -c 1
  wait
}
# seconds COMMAND…: "whole alignment", the slower one's where two run.
seconds() {
  local start end
  rm -f log log_b
  start=$(date +%s.%N)
  "$@"
  end=$(date +%s.%N)
  cat log* | awk -v whole="$(awk "BEGIN { print $end - $start }")" '
    match($0, /in this run, [0-9.]+ s/) { s = substr($0, RSTART + 13, RLENGTH - 15); if (s > most) most = s }
    /atoms, modes/ { for (i = 1; i < NF; ++i) if ($(i + 1) == "atoms,") atoms = $i }
    END { print whole, most + 0, atoms }'
}
on_ranks 2 # warms the caches
for _ in $(seq "$rounds"); do
  seconds on_ranks 1 >>one
  seconds on_ranks 2 >>two
  seconds side_by_side >>copies
done
median() { sort -n | awk '{ value[NR] = $1 } END { printf "%.4g", (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'; }
column() { cut -d' ' -f"$2" "$1" | median; }
ratio() { paste -d' ' one two | awk -v c="$1" '{ print $c / $(c + 3) }' | median; }
# Two copies do twice the work.
copies() { paste -d' ' one copies | awk -v c="$1" '{ print 2 * $c / $(c + 3) }' | median; }
echo "machine,particles,size,atoms,timed,seconds_1_rank,seconds_2_ranks,ratio,ratio_of_two_programs"
machine=$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)
for timed in whole:1 alignment:2; do
  echo "$machine,$particles,64,$(head -1 one | cut -d' ' -f3),${timed%:*},$(column one "${timed#*:}"),$(column two "${timed#*:}"),$(ratio "${timed#*:}"),$(copies "${timed#*:}")"
done
