#!/bin/bash
# tests/bench/states.sh STRUCTURE [BINARY [N [SEPARATION…]]]: maps of the states that `landscape` finds, against those that the true
# states' particles make: a CSV line per state. N (3000) images of 64² pixels of 2.2 Å, SNR 0.1, of three conformations of the Cα
# model SEPARATION (40) Å apart in the amplitudes of modes 7–9 (shares 0.5, 0.3, 0.2, width 2 Å); each of SEEDS ("1 2 3"). WORK: keeps the files.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
case "${1:-}" in -h | --help | "") sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
structure=$(realpath "$1")
elastem=$(realpath "${2:-$source_dir/build/release/elastem}") images=${3:-3000}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- 40
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
if [ -n "${WORK:-}" ]; then mkdir -p "$WORK"; else WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT; fi
cd "$WORK"
run() { "${mpiexec[@]}" "${RANKS:-2}" "$elastem" "$@" >>log 2>&1 || { tail -20 log >&2; exit 1; }; }

[ -e modes.h5 ] || run modes -i "$structure" --atoms ca --modes 9 --motion linear -o modes.h5
echo "separation [Å],seed,states found,particles in the right one,state,particles,resolution of its map [Å],of the true particles' map [Å],FSC 0.5 with its conformation [Å],of the true particles' map [Å],mean FSC to 7 Å with its conformation,with the others at most,of the true particles' map"
for separation in "$@"; do
  for seed in ${SEEDS:-1 2 3}; do
    /usr/bin/python3 - "$seed" "$images" "$separation" >amplitudes.txt <<'END'
import sys, numpy
seed, n, separation = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
random = numpy.random.default_rng(seed)
centres = separation / numpy.sqrt(2) * numpy.eye(3)
q = centres[random.choice(3, n, p=(0.5, 0.3, 0.2))] + random.normal(0, 2, (n, 3))
numpy.savetxt(sys.stdout, q, "%.6f")
END
    run synthesize -m modes.h5 --modes 7-9 --relation table --amplitudes amplitudes.txt -n "$images" --size 64 --pixel-size 2.2 \
      --snr 0.1 --defocus 6000-12000 --psi uniform --shift-px 2 --seed "$seed" -o set/particles.star --overwrite
    run align -i set/particles.star -m modes.h5 --modes 7-9 --learn-prior -o a.h5 --overwrite
    rm -rf land maps
    run landscape -i a.h5 -m modes.h5 -o land --replicates 0
    mask=(--mask-radius 45 --halves)
    run reconstruct -i set/particles.star -a a.h5 --landscape land --states "${mask[@]}" -o maps/found.mrc
    for state in 1 2 3; do
      awk -v s="$state" 'BEGIN { print "image" }
        { best = 1; for (i = 2; i <= 3; i++) if ($i > $best) best = i; if (best == s) printf "%06d@particles.mrcs\n", NR }' \
        amplitudes.txt >true.csv
      run reconstruct -i set/particles.star -a a.h5 --selection true.csv "${mask[@]}" -o "maps/true$state.mrc"
    done
    PYTHONPATH="$source_dir/tests/support" /usr/bin/python3 - "$separation" "$seed" <<'END'
import csv, glob, sys, numpy
from density import Model
separation, seed = float(sys.argv[1]), sys.argv[2]
model = Model("modes.h5", [7, 8, 9], 64, 2.2)
truth = numpy.loadtxt("amplitudes.txt")
own = truth.argmax(axis=1)
rows = list(csv.DictReader(open("land/particles.csv")))
states = numpy.array([int(row.get("state") or 0) for row in rows])
found = len(glob.glob("maps/found_state?.mrc"))
centres = [truth[own == c].mean(axis=0) for c in range(3)]

def crossing(curve, level):
    below = next((i for i in range(1, len(curve)) if curve[i] < level), len(curve) - 1)
    return 64 * 2.2 / below if below == 1 else 64 * 2.2 / (below - (level - curve[below]) / (curve[below - 1] - curve[below]))

def resolution(name):
    return crossing([1] + [float(row["corrected"]) for row in csv.DictReader(open(f"maps/{name}_fsc.csv"))], 0.143)

upto = int(64 * 2.2 / 7)
pairs = [max(range(3), key=lambda c: (own[states == s + 1] == c).sum()) for s in range(found)]
right = sum(((states == s + 1) & (own == pairs[s])).sum() for s in range(found)) / len(own)
for s in range(found):
    name, oracle = f"found_state{s + 1}", f"true{pairs[s] + 1}"
    curves = [model.correlation(f"maps/{name}.mrc", centre) for centre in centres]
    best = model.correlation(f"maps/{oracle}.mrc", centres[pairs[s]])
    means = [curve[1:upto].mean() for curve in curves]
    print(f"{separation:g},{seed},{found},{right:.4f},{s + 1},{(states == s + 1).sum()},{resolution(name):.2f},{resolution(oracle):.2f},"
          f"{crossing(curves[pairs[s]], 0.5):.2f},{crossing(best, 0.5):.2f},{means[pairs[s]]:.4f},"
          f"{max(m for c, m in enumerate(means) if c != pairs[s]):.4f},{best[1:upto].mean():.4f}", flush=True)
END
  done
done
