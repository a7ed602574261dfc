#!/bin/bash
# align --learn-prior: the same table, prior and flags on 1 to 4 ranks, and after a kill in the middle of the last pass;
# better than the images alone, which stay in the table; images without a molecule are flagged.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 80 48 3
spoil_images 80 48
prior() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/support/learnt_prior.py" "$@"; }
run() { ranks "$1" align -i set/particles.star -m modes.h5 --modes 7-9 --angular-step 15 --learn-prior "${@:2}" >log 2>&1; }

for n in 1 2 3 4; do
  run "$n" -o "on$n.h5" || { cat log; fail "align --learn-prior gives $? on $n ranks"; }
  grep -q 'prior learnt' log || { cat log; fail "the log does not tell of the prior"; }
  grep -q '2 outliers' log || { cat log; fail "the log does not tell of the outliers"; }
  same_tables on1.h5 "on$n.h5" || fail "the table differs on $n ranks"
done
prior flags on1.h5 || fail "flags or prior are wrong"
echo "ok: the same on 1, 2, 3 and 4 ranks"

ranks 1 evaluate -i on1.h5 -t set/truth.h5 --accept-mismatch --json >with.json || fail "evaluate gives $?"
ranks 1 evaluate -i on1.h5 -t set/truth.h5 --accept-mismatch --json --without-prior >without.json || fail "evaluate --without-prior gives $?"
prior helps with.json without.json || fail "the prior makes it worse"
refused 1 'without-prior' evaluate -i set/truth.h5 -t set/truth.h5 --without-prior
ranks 1 inspect on1.h5 >log || fail "inspect gives $?"
grep -q 'prior learnt from 77' log && grep -q 'outliers: 2' log || { cat log; fail "inspect does not tell of prior and outliers"; }

cp on1.h5 killed.h5
undo_last_pass killed.h5
same_tables on1.h5 killed.h5 && fail "the table was not damaged"
run 3 -o killed.h5 --resume || { cat log; fail "resuming gives $?"; }
grep -q '; 2 in this run' log || { cat log; fail "not the two damaged rows alone were aligned"; }
same_tables on1.h5 killed.h5 || fail "the resumed table differs"

# With too few particles the rows stay as they are.
run 2 -o few.h5 --limit 20 || { cat log; fail "align --learn-prior of few particles gives $?"; }
grep -q 'no prior was learnt' log || { cat log; fail "nothing is said of too few particles"; }
exit 0
