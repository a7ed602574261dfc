#!/bin/bash
# Maps from 1,000 noise-free particles of one conformation at the poses of truth.star, by relion_reconstruct and by
# elastem reconstruct, agree with the structure's own density: FSC at least 0.98 up to 2.5 pixels. Each particle has a
# defocus, an astigmatism and a phase shift of its own.
set -u
. "$ELASTEM_SOURCE/tests/interop/relion/relion.sh"
fresh_folder work
particles 1000 --amplitude 0 --snr none --defocus 4000-8000 --astigmatism 500-2000 --phase-shift 20-120
images density modes.h5 64 2.2 density.mrc

(cd set && relion_reconstruct --i truth.star --o ../relion.mrc --ctf) >log 2>&1 || { cat log; fail "relion_reconstruct gives $?"; }
images fsc relion.mrc density.mrc 0.98 2.5 || fail "RELION's map differs from the density"

ranks 2 reconstruct -i set/particles.star -a set/truth.h5 -o elastem.mrc || fail "reconstruct gives $?"
images fsc elastem.mrc density.mrc 0.98 2.5 || fail "elastem's map differs from the density"
mrcfile-validate elastem.mrc || fail "mrcfile refuses elastem's map"
