#!/bin/bash
# Images of atoms by their electron scattering factors are those of the same formula in numpy, with the coefficients
# written out once more.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
/usr/bin/python3 -c 'import mrcfile, h5py, numpy' || { echo "skipped: python3-mrcfile or python3-h5py is not installed"; exit 77; }
fresh_folder work
/usr/bin/python3 "$ELASTEM_SOURCE/tests/support/lump.py" >lump.pdb
for b in 30 178; do
  rm -rf set
  ranks 1 modes -i lump.pdb --modes 9 --motion linear --atom-model scattering --b-factor $b -o modes.h5 --overwrite --quiet || fail "modes gives $?"
  ranks 2 synthesize -m modes.h5 -o set/particles.star -n 10 --modes 7-9 --amplitude 5 --size 40 --pixel-size 1.2 --snr none \
    --shift-px 2 --defocus none --quiet || fail "synthesize gives $?"
  /usr/bin/python3 "$ELASTEM_SOURCE/tests/interop/formats/scattering.py" modes.h5 set 1.2 $b || fail "numpy makes other images"
done
