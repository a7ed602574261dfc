#!/bin/bash
# Boxes of 256 pixels, fitted to 6 Å: poses and amplitudes as the truth says, error bars right.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 -q || fail "modes gives $?"
# 256 pixels of 1 Å: the signal of a pixel is that of a box of 64² at a SNR sixteen times as high.
ranks 2 synthesize -m modes.h5 -o set/particles.star -n 6 --modes 7-9 --size 256 --pixel-size 1 --snr 0.02 --shift-px 8 \
  --seed 41 -q || fail "synthesize gives $?"
SECONDS=0
ranks 2 align -i set/particles.star -m modes.h5 --modes 7-9 -o large.h5 --max-resolution 6 >log 2>&1 ||
  { cat log; fail "align gives $?"; }
echo "6 particles of 256² pixels in $SECONDS s"
/usr/bin/python3 - <<'END' || fail "large boxes are aligned badly"
import h5py, numpy as np
table, truth = (h5py.File(name)["particles"] for name in ("large.h5", "set/truth.h5"))
assert (table["state"][:] == 1).all()
shift = np.linalg.norm(table["shifts"][:] - truth["shifts"][:], axis=1)
pulls = (table["amplitudes"][:] - truth["amplitudes"][:]) / table["standard_errors"][:, :3]
print("shift errors", shift.round(2), "Å; pulls\n", pulls.round(2))
# 18 pulls that share images in threes: their mean square is 1 ± √(2/6) and a little more for curved valleys.
assert np.sqrt((pulls**2).mean()) < 2, pulls
assert shift.max() < 5 * table["standard_errors"][:, 6:].max() + 0.5, shift
END
exit 0
