#!/bin/bash
# scripts/experiment_1.sh STRUCTURE.pdb [DIR]: networks trained on synthetic images alone, against the truth of eight sets.
#
# The reference experiment (adenylate kinase, 4AKE chain B, all atoms; 64² pixels of 2.2 Å, modes 7-9, linear motion, on a helix of ±200 Å):
# one network is trained without and one with noise (SNR 0.1, CTF of 0.5 µm), each on random in-plane rotation and shift, for
# MINUTES (90) on RANKS (2) ranks; each then predicts four sets of IMAGES (2000) fresh images: network alone, refined, and with
# noise refined with the prior learnt from these images, and with that of the training. Prints a markdown table of the mean
# absolute error of the amplitudes in Å. SEED (1). Run again with the same DIR it continues where it was stopped.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/experiment.sh
. "$source_dir/scripts/experiment.sh"
: "${IMAGES:=2000}"

run modes modes -i "$structure" --atoms all --modes 20 --motion linear -o modes.h5
printf 'modes = 7-9\nrelation = helix\namplitude = 200\nsnr = none\ndefocus = none\n' >clean.ini
printf 'modes = 7-9\nrelation = helix\namplitude = 200\nsnr = 0.1\ndefocus = 5000\n' >noisy.ini
for noise in clean noisy; do
  run "$noise" train -m modes.h5 --recipe "$noise.ini" -o "$noise.pt" --minutes "$MINUTES" --learning-rate 1.5e-3 --seed "$SEED"
done

# row PSI SHIFT NOISE PUBLISHED: a set, its predictions, and a line of the table.
row() {
  local psi=$1 shift_px=$2 noise=$3 published=$4 set=psi_$1_shift_$2_$3 cells=()
  local optics=(--snr 0.1 --defocus 5000)
  if [ "$noise" = clean ]; then optics=(--snr none --defocus none); fi
  set_of "$set" "$IMAGES" "$((SEED + 1000))" --psi "$psi" --shift-px "$shift_px" "${optics[@]}"
  local predict=(predict -i "$set/particles.star" -m modes.h5 -w "$noise.pt")
  run "$set.alone" "${predict[@]}" -o "$set/alone.h5"
  run "$set.refined" "${predict[@]}" -o "$set/refined.h5" --refine
  for kind in alone refined; do cells+=("$(figure "$set/$kind" all/global/mean_absolute_error)"); done
  if [ "$noise" = noisy ]; then
    run "$set.learnt" "${predict[@]}" -o "$set/learnt.h5" --refine --learn-prior
    run "$set.known" "${predict[@]}" -o "$set/known.h5" --refine --network-prior
    for kind in learnt known; do cells+=("$(figure "$set/$kind" all/global/mean_absolute_error)"); done
  else
    cells+=(- -)
  fi
  printf '| %s | %s px | %s | %s | %s | %s | %s | %s |\n' "$psi" "$shift_px" "$noise" "$published" "${cells[@]}"
}

printf '| psi | shift | noise | published | network alone | refined | refined, prior learnt | refined, prior of the training |\n'
printf '|---|---|---|---|---|---|---|---|\n'
row 0 0 clean 2.32
row 0 0 noisy 5.79
row 0 5 clean 4.83
row 0 5 noisy 7.95
row uniform 0 clean 16.86
row uniform 0 noisy 19.62
row uniform 5 clean 23.51
row uniform 5 noisy 27.60
