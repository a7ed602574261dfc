#!/bin/bash
# Stacks as a user meets them: float16 beside float32, a contact sheet, and stacks with something wrong in them: pixels
# that are no numbers are the failure of their particle, a damaged header is an Error that names the byte.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 || fail "modes gives $?"
images() {  # RANKS FOLDER OPTIONS…
  ranks "$1" synthesize -m modes.h5 -o "$2/particles.star" -n 12 --modes 7-9 --size 32 --pixel-size 4.4 --seed 3 \
    "${@:3}" >log 2>&1
}
check() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/cli/stacks/check_stacks.py" "$@" || fail "check_stacks.py $1"; }

images 2 single || { cat log; fail "synthesize gives $?"; }
images 1 half1 --float16 || { cat log; fail "synthesize --float16 gives $?"; }
images 3 half --float16 || { cat log; fail "synthesize --float16 gives $?"; }
cmp half1/particles.mrcs half/particles.mrcs || fail "float16 differs by the number of ranks"
check half single/particles.mrcs half/particles.mrcs
images 2 half --resume && fail "--resume takes a float16 stack for a float32 one"
grep -q float16 log || { cat log; fail "the refusal does not name --float16"; }
ranks 2 align -i half/particles.star -m modes.h5 --modes 7 --limit 2 --angular-step 30 -o half.h5 >log 2>&1 ||
  { cat log; fail "align cannot read float16"; }

# The sheet: its size follows from 12 pairs of 32² pixels; the same on any number of ranks; not made twice, or not at all
check sheet single/contact_sheet.png 12 32
cmp half1/contact_sheet.png half/contact_sheet.png || fail "the contact sheet differs by the number of ranks"
echo mine >single/contact_sheet.png
images 2 single --resume || { cat log; fail "--resume gives $?"; }
[ "$(cat single/contact_sheet.png)" = mine ] || fail "--resume made the contact sheet anew"
images 2 other --contact-sheet 3 --normalise background --background-radius 14 --defocus none ||
  { cat log; fail "synthesize --contact-sheet 3 gives $?"; }
check sheet other/contact_sheet.png 3 32
images 1 none --contact-sheet none || { cat log; fail "synthesize --contact-sheet none gives $?"; }
[ ! -e none/contact_sheet.png ] || fail "--contact-sheet none makes one"
refused 1 "contact-sheet" synthesize -m modes.h5 -o new/particles.star --modes 7-9 --contact-sheet many

# Images 2 and 5 have a NaN and an infinity: those particles fail, the others do not
cp -r single bad
check spoil bad/particles.mrcs
for n in 1 2; do
  ranks "$n" align -i bad/particles.star -m modes.h5 --modes 7 --angular-step 30 -o bad$n.h5 >log 2>&1 ||
    { cat log; fail "align gives $? for a stack with pixels that are no numbers"; }
done
check failures bad1.h5
same_particles bad1.h5 bad2.h5 || fail "the failures differ by the number of ranks"

# damaged FILE BYTE VALUE TEXT: with this 32-bit VALUE at BYTE of its header, align says TEXT and inspect does
damaged() {
  rm -rf damaged
  cp -r single damaged
  # shellcheck disable=SC2059
  printf "$2" | dd of=damaged/particles.mrcs bs=1 seek="$1" conv=notrunc status=none
  for n in 1 2; do refused $n "$3" align -i damaged/particles.star -m modes.h5 --modes 7 -o new.h5; done
  refused 1 "$3" inspect damaged/particles.mrcs
}
damaged 12 '\007\000\000\000' 'particles.mrcs: byte 12: mode 7'
damaged 0 '\377\377\377\377' 'particles.mrcs: byte 0: -1 columns'
damaged 8 '\000\000\000\000' 'particles.mrcs: byte 8: 0 sections'
damaged 92 '\000\000\000\200' 'particles.mrcs: byte 92'
cp -r single short
truncate -s 1000 short/particles.mrcs
refused 2 'ends before byte 1024' align -i short/particles.star -m modes.h5 --modes 7 -o new.h5
# 64 columns of 16 rows are as many pixels as 32 of 32
rm -rf flat
cp -r single flat
printf '\100\000\000\000\020\000\000\000' | dd of=flat/particles.mrcs bs=1 conv=notrunc status=none
for n in 1 2; do refused $n '64×16 pixels.*square' align -i flat/particles.star -m modes.h5 --modes 7 -o new.h5; done
# A wrong machine stamp and a pixel size of zero hurt nobody: both are known from elsewhere
cp -r single odd
printf '\021\021\000\000' | dd of=odd/particles.mrcs bs=1 seek=212 conv=notrunc status=none
printf '\000\000\000\000' | dd of=odd/particles.mrcs bs=1 seek=40 conv=notrunc status=none
ranks 2 align -i odd/particles.star -m modes.h5 --modes 7 --limit 2 --angular-step 30 -o odd.h5 >log 2>&1 || { cat log; fail "align gives $?"; }
ranks 2 align -i single/particles.star -m modes.h5 --modes 7 --limit 2 --angular-step 30 -o single.h5 >log 2>&1 || { cat log; fail "align gives $?"; }
same_particles odd.h5 single.h5 || fail "a wrong machine stamp changes the result"
[ ! -e new.h5 ] || fail "a command that failed left new.h5"
echo ok
