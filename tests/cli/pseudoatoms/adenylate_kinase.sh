#!/bin/bash
# Pseudoatoms of a map of adenylate kinase at 10 Å move as its 1,656 atoms do.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
structure="$ELASTEM_SOURCE/../shared/data/4ake_chainB.pdb"
[ -e "$structure" ] || { echo "skipped: $structure is not there" && exit 77; }
fresh_folder work
python() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/cli/pseudoatoms/pseudoatoms.py" "$@"; }

python map "$structure" 10 2.2 map.mrc || fail "there is no map"
ranks 2 modes -i "$structure" --modes 9 -o atoms.h5 --quiet || fail "the modes of the atoms give $?"
for percent in 5 2; do
  ranks 2 modes --from-map map.mrc --modes 9 --map-error $percent -o modes$percent.h5 || fail "--from-map gives $?"
  python error modes$percent.h5 map.mrc $percent || fail "the error is not what was asked for"
  python overlap atoms.h5 modes$percent.h5 0.9 || fail "the modes are others than those of the atoms"
done
