#!/bin/bash
# The figures that users rely on, on 60 fresh images of the embedded example: poses found, amplitude error against the
# Cramér–Rao bound, error bars against errors, of linear motion. Bounds with room for the statistics of 60 images.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 --motion linear -o modes.h5 || fail "modes gives $?"
ranks 2 synthesize -m modes.h5 -o set/particles.star -n 60 --modes 7-9 --seed 11 || fail "synthesize gives $?"
ranks 2 align -i set/particles.star -m modes.h5 --modes 7-9 -o alignment.h5 || fail "align gives $?"
ranks 1 evaluate -i alignment.h5 -t set/truth.h5
/usr/bin/python3 - <<'END' || fail "the alignment is worse than promised"
import h5py, numpy as np
table, truth = (h5py.File(name)["particles"] for name in ("alignment.h5", "set/truth.h5"))
error = table["amplitudes"][:] - truth["amplitudes"][:]
bound = truth["standard_errors"][:, :3]
ratio = np.abs(error).mean() / (np.sqrt(2 / np.pi) * bound.mean())
pull = (error / table["standard_errors"][:, :3]).std()
median = np.median(table["standard_errors"][:] / truth["standard_errors"][:])
print(f"error to bound {ratio:.3f}, pull {pull:.3f}, error bars to the true ones {median:.3f}")
# The mean of 180 absolute errors is known to 0.75/√180 = 6 %, more so as three amplitudes share an image: 1.2 + 3 × 8 %.
assert ratio < 1.44, ratio
assert 0.7 < pull < 1.45, pull  # 1.03 measured on 300 images
assert 0.9 < median < 1.1, median
END
