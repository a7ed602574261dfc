#!/bin/bash
# tests/bench/misfit.sh STRUCTURE CONFORMATIONS [BINARY [N [SET…]]]: what it costs that images are not what the model expects.
# N (600) images of the conformations (a PDB file of several models, or a folder) as in real_motion.sh, each SET with a fault:
#   none       for comparison
#   envelope   exp(−150 Å²·k²/4) that the CTF of the particle file does not have
#   elements   a fifth of the atoms are other elements, with B factors and electron scattering factors
#   noise      70 % of the noise comes before the CTF
#   neighbours a second molecule at the edge of each image, three tenths of the box away
#   defocus    the file says 0.1 µm more
#   pixel      the file says 3 % more
# Aligned with 10 modes of STRUCTURE, with OPTIONS="…". SEEDS ("1"). FORMAT=markdown: rows of docs/align.md. WORK: keeps the files.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
case "${1:-}" in -h | --help | "") sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
structure=$(realpath "$1") conformations=$(realpath "$2")
elastem=$(realpath "${3:-$source_dir/build/release/elastem}") images=${4:-600}
shift $(($# < 4 ? $# : 4))
[ $# -gt 0 ] || set -- none envelope elements noise neighbours defocus pixel
here=$source_dir/tests/bench/misfit
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
if [ -n "${WORK:-}" ]; then mkdir -p "$WORK"; else WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT; fi
cd "$WORK"
run() { "${mpiexec[@]}" "${RANKS:-2}" "$elastem" "$@" >>log 2>&1 || { tail -20 log >&2; exit 1; }; }

[ -e modes.h5 ] || run modes -i "$structure" --modes 16 -o modes.h5
[ "${FORMAT:-csv}" = markdown ] || echo "set,seed,found %,RMSD Å,reachable Å,pull of amplitudes,of rotations (largest)"
for seed in ${SEEDS:-1}; do
  for set in "$@"; do
    folder=$set$seed maker=modes.h5 options=()
    case $set in
      none | neighbours | defocus | pixel) ;;
      envelope) options=(--ctf-b-factor 150) ;;
      elements)
        /usr/bin/python3 "$here/disturb.py" elements "$structure" other_elements.pdb "$seed"
        run modes -i other_elements.pdb --modes 16 -o other_elements.h5 --atom-model scattering --b-factor 60 --overwrite
        maker=other_elements.h5
        ;;
      noise) options=(--noise-before-ctf 0.7) ;;
      *) echo "there is no set $set" >&2; exit 2 ;;
    esac
    run synthesize -m "$maker" --modes 7-16 --relation structures --structures "$conformations" -n "$images" --snr 0.1 --size 64 \
      --pixel-size 2.2 --defocus 8000-20000 --psi uniform --shift-px 5 --seed "$seed" -o "$folder/particles.star" --overwrite "${options[@]}"
    /usr/bin/python3 "$here/disturb.py" "$set" "$folder/particles.star" "$folder/read.star" "$seed"
    # shellcheck disable=SC2086
    run align -i "$folder/read.star" -m modes.h5 --modes 7-16 -o "$folder.h5" --overwrite ${OPTIONS:-}
    "${mpiexec[@]}" 1 "$elastem" evaluate -i "$folder.h5" -t "$folder/truth.h5" --structures "$conformations" -m modes.h5 --json --accept-mismatch 2>>log |
      /usr/bin/python3 -c '
import json, sys
r, name, seed, style = json.load(sys.stdin), *sys.argv[1:]
a, f = r["all"], r["found"]
pulls = f["pull_sd"]
cells = [name, seed, "%.1f" % (100 * f["count"] / a["count"])] + ["%.2f" % v for v in (a["rmsd"]["mean"], a["reachable_rmsd"]["mean"],
  pulls["amplitudes"], max(pulls["rotation_" + axis] for axis in ("x", "y", "view")))]
print("| " + " | ".join(cells) + " |" if style == "markdown" else ",".join(cells), flush=True)' "$set" "$seed" "${FORMAT:-csv}"
  done
done
