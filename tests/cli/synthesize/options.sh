#!/bin/bash
# --dry-run writes nothing; an existing output is an error unless --overwrite or --resume is given; --resume of a
# complete set does nothing anew and refuses other options; an undersampled CTF and a box too small are warned of.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 || fail "modes gives $?"
run() { ranks 2 synthesize -m modes.h5 -o set/particles.star -n 20 --modes 7-9 --size 32 --pixel-size 4.4 "$@" >log 2>&1; }

run --dry-run || fail "--dry-run gives $?"
[ -e set ] && fail "--dry-run wrote something"
run || { cat log; fail "synthesize gives $?"; }
cp set/particles.mrcs first.mrcs
run
[ $? = 2 ] || fail "an existing output is no error"
grep -q -e '--overwrite' log || { cat log; fail "the error does not name --overwrite"; }
run --resume || { cat log; fail "--resume gives $?"; }
grep -q '^0 images' log || { cat log; fail "--resume made images again"; }
cmp first.mrcs set/particles.mrcs || fail "--resume changed the particles"
run --resume --snr 0.2
[ $? = 2 ] || fail "--resume with another --snr is no error"
grep -q -e '--snr' log || { cat log; fail "the error does not name --snr"; }
run --overwrite --snr 0.2 || { cat log; fail "--overwrite gives $?"; }
cmp -s first.mrcs set/particles.mrcs && fail "--overwrite left the old particles"

# a stack without a table beside it is somebody's data
rm set/truth.h5
run
[ $? = 2 ] || fail "an existing stack is no error"

run --overwrite --defocus 30000 || fail "synthesize gives $?"
grep -q 'oscillates' log || { cat log; fail "no warning of an undersampled CTF"; }
run --overwrite --shift-px 12 || fail "synthesize gives $?"
grep -q 'cut off' log || { cat log; fail "no warning of a small box"; }
run --overwrite
grep -q -E 'oscillates|cut off' log && { cat log; fail "a warning without a reason"; }
echo "ok"
