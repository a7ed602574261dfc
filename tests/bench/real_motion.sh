#!/bin/bash
# tests/bench/real_motion.sh STRUCTURE CONFORMATIONS [BINARY [N [SET…]]]: images of conformations that no modes made (a PDB file
# of several models, or a folder), aligned with the modes of STRUCTURE; found poses and RMSD against the true atoms, as CSV or,
# with FORMAT=markdown, as rows of docs/align.md. N (600) images of 64² pixels of 2.2 Å, defocus 0.8–2 µm, SNR 0.1, each of
# SEEDS ("1 2 3"). Sets: alone (10 modes), modes3, modes6, modes20, modes40, prior (--learn-prior), rebase (--rebase auto of
# 200 modes), rebase_prior (both), anchors and rebase_anchors (with ANCHOR, the modes file of a second structure), ends (how near
# the ends of the landscape after --rebase auto come to the first and the last conformation; of one file of models, prints a line
# each). MODES="…": more options for elastem modes. WORK: keeps the files.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
case "${1:-}" in -h | --help | "") sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
structure=$(realpath "$1") conformations=$(realpath "$2")
ANCHOR=${ANCHOR:+$(realpath "$ANCHOR")}
elastem=$(realpath "${3:-$source_dir/build/release/elastem}") images=${4:-600}
shift $(($# < 4 ? $# : 4))
[ $# -gt 0 ] || set -- modes3 modes6 alone modes20 modes40 prior rebase rebase_prior
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
if [ -n "${WORK:-}" ]; then mkdir -p "$WORK"; else WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT; fi
cd "$WORK"
run() { "${mpiexec[@]}" "${RANKS:-2}" "$elastem" "$@" >>log 2>&1 || { tail -20 log >&2; exit 1; }; }

# shellcheck disable=SC2086
[ -e modes.h5 ] || run modes -i "$structure" --modes 206 -o modes.h5 ${MODES:-}
[ "${FORMAT:-csv}" = markdown ] || echo "set,seed,found %,RMSD Å,of the found Å,reachable Å,doing nothing Å,pull of amplitudes,of rotations (largest),ms per image and core"
for seed in ${SEEDS:-1 2 3}; do
  [ -e "set$seed/particles.star" ] || run synthesize -m modes.h5 --modes 7-16 --relation structures --structures "$conformations" \
    -n "$images" --snr 0.1 --size 64 --pixel-size 2.2 --defocus 8000-20000 --psi uniform --shift-px 5 --seed "$seed" \
    -o "set$seed/particles.star"
  for set in "$@"; do
    modes=7-16 options='' file=modes.h5 out=$set$seed
    case $set in
      alone) ;;
      modes3) modes=7-9 ;;
      modes6) modes=7-12 ;;
      modes20) modes=7-26 ;;
      modes40) modes=7-46 ;;
      prior) options=--learn-prior ;;
      rebase) options='--rebase auto' file=${out}_modes.h5 ;;
      rebase_prior) options='--rebase auto --learn-prior' file=${out}_modes.h5 ;;
      anchors) options="-m $ANCHOR" file=${out}_modes.h5 ;;
      rebase_anchors) options="-m $ANCHOR --rebase auto" file=${out}_modes.h5 ;;
      ends)
        for frame in 1 20; do
          run rebase -i "rebase$seed.h5" -m "rebase${seed}_modes.h5" --frames 20 --frame "$frame" --modes 16 -o "end$frame.h5" --overwrite
        done
        /usr/bin/python3 "$source_dir/tests/bench/real_motion/ends.py" "$conformations" end1.pdb end20.pdb
        continue
        ;;
      *) echo "there is no set $set" >&2; exit 2 ;;
    esac
    : >log
    # shellcheck disable=SC2086
    run align -i "set$seed/particles.star" -m modes.h5 --modes "$modes" -o "$out.h5" --overwrite $options
    ms=$(sed -n 's/.*particles\/s, each \([0-9.]*\) ms of one rank.*/\1/p' log | tail -1)
    "${mpiexec[@]}" 1 "$elastem" evaluate -i "$out.h5" -t "set$seed/truth.h5" --structures "$conformations" -m "$file" --json --accept-mismatch 2>>log |
      /usr/bin/python3 -c '
import json, sys
r, set_name, seed, ms, style = json.load(sys.stdin), *sys.argv[1:]
a, f = r["all"], r["found"]
pulls = f["pull_sd"]
cells = [set_name, seed, "%.1f" % (100 * f["count"] / a["count"])] + ["%.2f" % v for v in (a["rmsd"]["mean"], f["rmsd"]["mean"],
  a["reachable_rmsd"]["mean"], a["unmoved_rmsd"]["mean"], pulls["amplitudes"],
  max(pulls["rotation_" + axis] for axis in ("x", "y", "view")))] + [ms]
print("| " + " | ".join(cells) + " |" if style == "markdown" else ",".join(cells), flush=True)' "$set" "$seed" "$ms" "${FORMAT:-csv}"
  done
done
