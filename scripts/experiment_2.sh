#!/bin/bash
# scripts/experiment_2.sh STRUCTURE.pdb [DIR]: a network trained on an alignment's estimates, against truth and alignment.
#
# The reference experiment (adenylate kinase, 4AKE chain B, all atoms; 64² pixels of 2.2 Å, modes 7-9, linear motion, on a helix of ±200 Å, SNR
# 0.1, CTF of 0.5 µm, in-plane rotation and shift random): ALIGNED (2000) images are aligned, a network is trained on these
# labels alone for MINUTES (90) on RANKS (2) ranks, and predicts IMAGES (5000) others, which are aligned as well to compare.
# Prints a markdown table of mean absolute errors of the amplitudes and mean errors of the atoms' coordinates in Å. SEED (1).
# Run again with the same DIR it continues where it was stopped.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/experiment.sh
. "$source_dir/scripts/experiment.sh"
: "${IMAGES:=5000}" "${ALIGNED:=2000}"

run modes modes -i "$structure" --atoms all --modes 20 --motion linear -o modes.h5
set_of aligned "$ALIGNED" "$((SEED + 30))"
set_of others "$IMAGES" "$((SEED + 31))"
run labels align -i aligned/particles.star -m modes.h5 --modes 7-9 -o aligned/labels.h5 --learn-prior
run network train -i aligned/particles.star -l aligned/labels.h5 -m modes.h5 -o network.pt --stream 0.95 \
  --minutes "$MINUTES" --learning-rate 1.5e-3 --seed "$SEED"
predict=(predict -i others/particles.star -m modes.h5 -w network.pt)
run alone "${predict[@]}" -o others/alone.h5
run refined "${predict[@]}" -o others/refined.h5 --refine
run learnt "${predict[@]}" -o others/learnt.h5 --refine --learn-prior
run aligned_others align -i others/particles.star -m modes.h5 --modes 7-9 -o others/aligned.h5 --learn-prior

line() { printf '| %s | %s | %s |\n' "$1" "$2" "$3"; }
printf '| estimates | amplitudes, Å | coordinates, Å |\n|---|---|---|\n'
amplitude=all/global/mean_absolute_error atoms=all/coordinate_rmsd/mean
line "alignment of the labels" "$(figure aligned/labels $amplitude)" "$(figure aligned/labels $atoms)"
line "network alone" "$(figure others/alone $amplitude)" "$(figure others/alone $atoms)"
line "network, refined" "$(figure others/refined $amplitude)" "$(figure others/refined $atoms)"
line "network, refined, prior learnt" "$(figure others/learnt $amplitude)" "$(figure others/learnt $atoms)"
line "alignment of the same" "$(figure others/aligned $amplitude)" "$(figure others/aligned $atoms)"
against() {
  "$elastem" evaluate -i "others/$1.h5" -t others/aligned.h5 --atom-count 1656 --json 2>/dev/null | /usr/bin/python3 -c '
import json, sys
print(f"{json.load(sys.stdin)['"'"'all'"'"']['"'"'global'"'"']['"'"'mean_absolute_error'"'"']:.2f}")'
}
line "network alone, against the alignment" "$(against alone)" -
