#!/bin/bash
# ProDy (Debian's python3-prody) reads the NMD and XMD files that we write, and we read those that it writes; it finds the
# same fluctuations and overlaps.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
/usr/bin/python3 -c 'import prody, h5py' 2>/dev/null || { echo "skipped: python3-prody is not installed"; exit 77; }
fresh_folder work
check() { /usr/bin/python3 -W ignore "$ELASTEM_SOURCE/tests/interop/mode_files/prody_modes.py" "$@" || fail "prody_modes.py $*"; }
open="$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb"
closed="$ELASTEM_SOURCE/tests/data/ake_closed_ca.pdb"

ranks 2 modes -i "$open" --atoms ca --modes 18 -o modes.h5 --report report --target "$closed" --quiet || fail "modes gives $?"
ranks 2 export -i modes.h5 -o out/modes.nmd --quiet || fail "export gives $?"
ranks 2 export -i modes.h5 -o out/modes.xmd --quiet || fail "export gives $?"
check reads modes.h5 out
check judges "$open" "$closed" report

check writes "$open" theirs
for file in theirs/modes.nmd theirs/modes.xmd; do
  ranks 2 modes -i "$open" --atoms ca --import $file -o "theirs_${file##*.}.h5" || fail "import of $file gives $?"
done
check compares modes.h5 theirs_nmd.h5 theirs_xmd.h5
