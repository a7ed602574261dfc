#!/bin/bash
# What a rank of `synthesize` holds at most, of sets of growing size on two ranks: it must not grow with the set.
#   tests/bench/synthesize_memory.sh [BINARY [STRUCTURE [COUNT…]]]   CSV on standard output
# Without a STRUCTURE (all atoms) the Cα atoms of adenylate kinase in tests/data. A set of 50,000 takes 800 MB of disk.
set -eu
binary=$(realpath "${1:-build/release/elastem}")
structure=$(realpath "${2:-$(dirname "$0")/../data/ake_open_ca.pdb}")
atoms=(--atoms all)
[ $# -ge 2 ] || atoms=(--atoms ca)
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- 1000 10000 50000
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$(dirname "$0")/../../scripts/launch.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Runs a command and says the peak of its resident memory, KiB; /usr/bin/time is not everywhere.
cat >"$folder/peak.py" <<'END'
import os, resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
with open(os.path.dirname(sys.argv[0]) + "/peak." + os.environ["OMPI_COMM_WORLD_RANK"], "w") as file:
    print(peak, file=file)
sys.exit(code)
END
cd "$folder"
"$binary" modes -i "$structure" "${atoms[@]}" --modes 9 -o modes.h5 --quiet
echo machine,ranks,particles,stack_MiB,seconds,MiB_rank_0,MiB_rank_1
for n; do
  start=$(date +%s.%N)
  "${mpiexec[@]}" 2 python3 "$folder/peak.py" "$binary" synthesize -m modes.h5 -o set/particles.star -n "$n" \
    --modes 7-9 --quiet
  seconds=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
  awk -v host="$(hostname)" -v n="$n" -v bytes="$(stat -c %s set/particles.mrcs)" -v s="$seconds" \
    -v a="$(cat peak.0)" -v b="$(cat peak.1)" \
    'BEGIN { printf "%s,2,%d,%.0f,%.1f,%.1f,%.1f\n", host, n, bytes / 1048576, s, a / 1024, b / 1024 }'
  rm -r set
done
