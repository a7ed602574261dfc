#!/bin/bash
# ProDy (Debian's python3-prody) finds the same Cα modes as `elastem modes`, and Cα, P and centres as we read them.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
/usr/bin/python3 -c 'import prody, h5py' 2>/dev/null || { echo "skipped: python3-prody is not installed"; exit 77; }
fresh_folder work
for form in open closed; do
  structure="$ELASTEM_SOURCE/tests/data/ake_${form}_ca.pdb"
  ranks 2 modes -i "$structure" --atoms ca --modes 26 -o $form.h5 || fail "modes gives $?"
  /usr/bin/python3 -W ignore "$ELASTEM_SOURCE/tests/interop/prody/compare.py" "$structure" $form.h5 || fail "$form form"
done
