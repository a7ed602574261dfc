#!/bin/bash
# --refine-defocus finds by how much the particle file's defocus is off, and the fit gains by it.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 -q || fail "modes gives $?"
ranks 1 synthesize -m modes.h5 -o set/particles.star -n 30 --modes 7-9 --defocus 8000 --seed 21 -q || fail "synthesize gives $?"
sed 's/ 8000\.0*/ 8500.0/g' set/particles.star >set/off.star
[ "$(grep -c ' 8500.0 8500.0 ' set/off.star)" = 30 ] || fail "the defoci were not changed"
ranks 2 align -i set/off.star -m modes.h5 --modes 7-9 -o as_given.h5 -q || fail "align gives $?"
ranks 2 align -i set/off.star -m modes.h5 --modes 7-9 -o fitted.h5 --refine-defocus 1000 -q || fail "align gives $?"
/usr/bin/python3 - <<'END' || fail "the defocus was not found"
import h5py, numpy
given, fitted = (h5py.File(name) for name in ("as_given.h5", "fitted.h5"))
change = fitted["fit/defocus_change"][:]
error = change.std() / numpy.sqrt(len(change))
gain = fitted["particles/score"][:].mean() - given["particles/score"][:].mean()
print(f"defocus changed by {change.mean():.0f} ± {error:.0f} Å, -500 Å expected; the score rises by {gain:.2g}")
assert not given["fit/defocus_change"][:].any()
# Four standard errors of the mean, and the prior's pull: (spread/1000 Å)² of 500 Å.
assert abs(change.mean() + 500) < 4 * error + (change.std() / 1000) ** 2 * 500
assert gain > 0
END
