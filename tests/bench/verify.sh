#!/bin/bash
# tests/bench/verify.sh STRUCTURE [BINARY [N [KIND…]]]: how often `verify` calls motion what is motion, and not what is none: a
# CSV line per set. N (600) images of 64² pixels of 2.2 Å, SNR 0.1, modes 7–9 of the Cα model fitted, six decoys of modes
# 26–40; each of SEEDS ("1 2 3"). Kinds: rigid; static (rigid, but 15 Å off in each of modes 10–13, which are not fitted: a wrong model);
# small (mode 7 by a standard deviation of 6 Å, about one image's error); helix. WORK: keeps the files.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
case "${1:-}" in -h | --help | "") sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
structure=$(realpath "$1")
elastem=$(realpath "${2:-$source_dir/build/release/elastem}") images=${3:-600}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- rigid static small helix
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
if [ -n "${WORK:-}" ]; then mkdir -p "$WORK"; else WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT; fi
cd "$WORK"
run() { "${mpiexec[@]}" "${RANKS:-2}" "$elastem" "$@" >>log 2>&1 || { tail -20 log >&2; exit 1; }; }

[ -e modes.h5 ] || run modes -i "$structure" --atoms ca --modes 40 -o modes.h5
echo "kind,seed,verdict,decoys spread,decoys called,largest z,z of mode 7,seconds of verify"
for seed in ${SEEDS:-1 2 3}; do
  for kind in "$@"; do
    /usr/bin/python3 - "$kind" "$seed" "$images" >amplitudes.txt <<'END'
import sys, numpy
kind, seed, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
q = numpy.zeros((n, 7))
if kind == "static":
    q[:, 3:] = 15
if kind == "small":
    q[:, 0] = numpy.random.default_rng(seed).normal(0, 6, n)
numpy.savetxt(sys.stdout, q, "%.6f")
END
    motion=(--modes 7-13 --relation table --amplitudes amplitudes.txt)
    [ "$kind" = helix ] && motion=(--modes 7-9 --relation helix)
    run synthesize -m modes.h5 "${motion[@]}" -n "$images" --snr 0.1 --seed "$seed" -o set/particles.star --overwrite
    run align -i set/particles.star -m modes.h5 --modes 7-9 -o set.h5 --overwrite
    start=$SECONDS
    run verify -i set/particles.star -a set.h5 -m modes.h5 -o verification --seed "$seed" --overwrite
    /usr/bin/python3 -c '
import json, sys
j = json.load(open("verification/verification.json"))
z = [mode["z"] for mode in j["modes"]]
print(*sys.argv[1:3], j["verdict"], int(j["model_misfit"]), j["decoys_called"], "%.1f" % max(z), "%.1f" % z[0], sys.argv[3], sep=",")' \
      "$kind" "$seed" $((SECONDS - start))
  done
done
