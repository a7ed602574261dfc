#!/bin/bash
# RELION lists what synthesize and export write: all particles, and the same values in its own copy of the file.
set -u
. "$ELASTEM_SOURCE/tests/interop/relion/relion.sh"
fresh_folder work
particles 40 --size 32 --pixel-size 4.4
mkdir -p exported
ranks 2 export -i set/truth.h5 --particles set/particles.star -o exported/truth.star || fail "export gives $?"
# through XMD and back
ranks 2 export -i exported/truth.star -o exported/truth.xmd || fail "export gives $?"
ranks 2 export -i exported/truth.xmd -o exported/back.star || fail "export gives $?"

for file in set/particles.star set/truth.star exported/truth.star exported/back.star; do
  relion_star_handler --i "$file" --o copy.star >log 2>&1 || { cat log; fail "relion_star_handler gives $? for $file"; }
  grep -v 'unknown label: elastem' log | grep -qi 'error' && { cat log; fail "relion_star_handler complains about $file"; }
  /usr/bin/python3 - "$file" copy.star <<'END' || fail "RELION reads $file differently"
import sys
def rows(path):
    return [line.split() for line in open(path) if "@" in line]
def labels(path):
    return [line.split()[0] for line in open(path) if line.startswith("_rln") or line.startswith("_elastem")]
mine, theirs = (rows(path) for path in sys.argv[1:3])
assert len(mine) == len(theirs) == 40, (len(mine), len(theirs))
assert labels(sys.argv[1]) == labels(sys.argv[2]), (labels(sys.argv[1]), labels(sys.argv[2]))
for a, b in zip(mine, theirs):
    assert a[0] == b[0], (a, b)
    # RELION prints numbers in 12 columns: six digits or more
    assert all(abs(float(x) - float(y)) <= 1e-5 * max(1, abs(float(x))) for x, y in zip(a[1:], b[1:])), (a, b)
END
  echo "ok: $file, $(grep -c @ copy.star) particles"
done
