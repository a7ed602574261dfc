#!/bin/bash
# elastem inspect says what each kind of file holds.
set -uo pipefail
# shellcheck source=tests/support/script.sh
source "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder run
small_set 20 32 4.4

# shows FILE PATTERN…: every pattern is in what inspect prints, on 1 and on 2 ranks alike.
shows() {
  local file=$1
  shift
  ranks 1 inspect "$file" >one || fail "inspect $file gives $?"
  ranks 2 inspect "$file" >two || fail "inspect $file on two ranks gives $?"
  cmp -s one two || fail "inspect $file prints something else on two ranks"
  local pattern
  for pattern in "$@"; do grep -qE -- "$pattern" one || fail "no \"$pattern\" in: $(cat one)"; done
}

shows modes.h5 '^modes.h5: 3 normal modes of 211 atoms \(ca\), springs below 15 Å' '^ +7 +0\.0214547 ' \
  '^  command .*modes -i' '^  inputs +structure '
shows set/truth.h5 'results of 20 particles, modes 7-9' '  20 done, 0 failed, 0 pending' '^  amplitude 8 ' \
  '^  score: mean 0\.' '^  seed +7$'
shows set/particles.star '20 particles \(RELION STAR 3.1\)' '32² pixels of 4.4 Å, without a pose' \
  "1 stack of 20 images, the first particles.mrcs \($(realpath set/particles.mrcs)\)" 'optics group of 20 particles: .*rlnVoltage=200' \
  'defocus 5000 to 5000 Å, astigmatism 0 to 0 Å' 'images: 20 not corrected' 'labels read: rlnImageName' \
  'labels carried through: rlnOpticsGroupName' 'truth beside it: set/truth.h5, 20 particles, modes 7-9' 'made by: .*--seed 7'
shows set/truth.star 'with a pose' 'positions: x from -?[0-9.]+ to [0-9.]+ Å'
# The table of views: 36 cells that make 100 %.
ranks 1 inspect set/truth.star | awk '/^ +[0-9]+-[0-9]+ / {for (i = 2; i <= NF; ++i) {sum += $i; ++cells}}
  END {exit !(cells == 36 && sum > 99.5 && sum < 100.5)}' || fail "the table of views does not make 100 %"
# What is wrong with a file is counted, not refused.
sed 's/000003@/000002@/; s/000004@/000099@/; s/000005@particles/000005@absent/' set/particles.star >set/bad.star
first=$(grep -n -m1 @ set/bad.star | cut -d: -f1)
shows set/bad.star "! the stack is missing: 1 particles, the first in line $((first + 4))" \
  "! the stack has no such image: 1 particles, the first in line $((first + 3))" \
  "! the image is another particle's already: 1 particles, the first in line $((first + 2))"
ranks 1 export -i set/truth.star -o set/truth.xmd -q || fail "export gives $?"
sed 's/ 5000.000000 5000.000000 / -5000 -4000 /' set/truth.xmd >set/negative.xmd
shows set/negative.xmd '20 particles \(Xmipp\)' '! .*_ctfDefocusU, .* every defocus is negative' 'defocus -5000 to -4000 Å, astigmatism 1000'
ranks 1 inspect set/negative.xmd --negative-defocus >one || fail "inspect gives $?"
grep -q 'defocus 4000 to 5000' one || fail "--negative-defocus has no effect: $(cat one)"
shows set/particles.mrcs 'a stack of images of 32 × 32 × 20, MRC mode 2 \(float32, little-endian\), 4.4 Å per pixel' \
  '^  3 +-?[0-9.e-]+ +1 '
gzip -c set/particles.mrcs >stack.mrcs.gz
shows stack.mrcs.gz 'a stack of images of 32 × 32 × 20' 'MiB, gzipped' '^  3 +-?[0-9.e-]+ +1 '
cp set/particles.mrcs named_map.map
shows named_map.map 'a stack of images of 32 × 32 × 20'
shows "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" 'a structure of 211 atoms' '^  [A-Z] +211 +211  MET 1 ' 'nodes of --atoms ca: 21[0-9]'
gzip -c "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" >a.pdb.gz
shows a.pdb.gz 'a structure of 211 atoms'

# Failed, pending and damaged rows.
cp set/truth.h5 changed.h5
PYTHONPATH="$ELASTEM_SOURCE/tests/support" /usr/bin/python3 - <<'END' || fail "h5py cannot change the table"
import h5py
from table_rows import seal
with h5py.File("changed.h5", "r+") as file:
    p = file["particles"]
    p["state"][3] = 0
    p["state"][4], p["reason"][4] = 2, 4
    seal(p, 4)
    p["score"][5] += 1
END
shows changed.h5 '  17 done, 1 failed, 2 pending' '  failed: 1 constant'

echo "no table" >text.h5
ranks 1 inspect text.h5 2>err
[ $? = 2 ] || fail "a text is not refused"
grep -q "text.h5 is not an HDF5 file" err || fail "the error does not name the file: $(cat err)"
cp text.h5 text.txt
ranks 1 inspect text.txt 2>err
[ $? = 2 ] || fail "a text is not refused"
grep -q "text.txt: is nothing that elastem knows" err || fail "the error does not say what is known: $(cat err)"
