#!/bin/bash
# The CTF itself, term by term: RELION's is the ratio of relion_project's images with and without --ctf, ours that of two
# sets of `synthesize` that differ in --defocus alone. With astigmatism, phase plate, envelope, each particle its own.
set -u
. "$ELASTEM_SOURCE/tests/interop/relion/relion.sh"
fresh_folder work

optics=(--defocus 3000-15000 --astigmatism 500-3000 --phase-shift 20-120 --ctf-b-factor 30 --voltage 300 --cs 2.7
  --amplitude-contrast 0.07)
particles 20 --amplitude 0 --snr none --normalise none --shift-px 0 "${optics[@]}"
mv set with_ctf
ranks 2 synthesize -m modes.h5 -o set/particles.star -n 20 --modes 7-9 --seed 3 --amplitude 0 --snr none --normalise none \
  --shift-px 0 --defocus none || fail "synthesize gives $?"
mv set without
images density modes.h5 64 2.2 density.mrc
for mode in with_ctf without; do
  ctf=--ctf
  [ $mode = with_ctf ] || ctf=
  # shellcheck disable=SC2086
  relion_project --i density.mrc --o relion_$mode --ang with_ctf/truth.star $ctf --angpix 2.2 >log 2>&1 ||
    { cat log; fail "relion_project gives $?"; }
done
images ratios with_ctf/particles.mrcs without/particles.mrcs relion_with_ctf.mrcs relion_without.mrcs 1e-5 ||
  fail "the CTF differs from RELION's"
