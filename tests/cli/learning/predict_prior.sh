#!/bin/bash
# predict --refine --learn-prior: the same table, prior and flags on 1 and 3 ranks, after a kill in the middle of the last
# pass; better than the images alone, which stay in the table; images without a molecule are flagged.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 80 48 3
spoil_images 80 48
ranks 2 train -i set/particles.star -m modes.h5 -l set/truth.h5 -o network.pt --epochs 4 --batch 16 --stream \
  --accept-mismatch >log 2>&1 ||
  { cat log; fail "train gives $?"; }
prior() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/support/learnt_prior.py" "$@"; }
run() { ranks "$1" predict -i set/particles.star -m modes.h5 -w network.pt --refine --learn-prior "${@:2}" >log 2>&1; }

for n in 1 3; do
  run "$n" -o "on$n.h5" || { cat log; fail "predict --refine --learn-prior gives $? on $n ranks"; }
  grep -q 'prior learnt\|a normal distribution describes' log || { cat log; fail "the log does not tell of the prior"; }
  grep -q '^modes\? .* moves\?\|^no mode moves\|^nothing is seen' log || { cat log; fail "the log does not say which modes move"; }
  grep -q '2 outliers' log || { cat log; fail "the log does not tell of the outliers"; }
done
same_tables on1.h5 on3.h5 || fail "the table differs on 3 ranks"
prior flags on1.h5 || fail "flags or prior are wrong"
ranks 1 evaluate -i on1.h5 -t set/truth.h5 --accept-mismatch --json >with.json || fail "evaluate gives $?"
ranks 1 evaluate -i on1.h5 -t set/truth.h5 --accept-mismatch --json --without-prior >without.json || fail "evaluate --without-prior gives $?"
prior helps with.json without.json || fail "the prior makes it worse"

cp on1.h5 killed.h5
undo_last_pass killed.h5
same_tables on1.h5 killed.h5 && fail "the table was not damaged"
run 3 -o killed.h5 --resume || { cat log; fail "resuming gives $?"; }
grep -q '; 2 in this run' log || { cat log; fail "not the two damaged rows alone were predicted"; }
same_tables on1.h5 killed.h5 || fail "the resumed table differs"

# Refined without a prior: flags, and what the images alone say; a resumed run must have the same options.
ranks 2 predict -i set/particles.star -m modes.h5 -w network.pt --refine -o refined.h5 >log 2>&1 || { cat log; fail "predict gives $?"; }
/usr/bin/python3 - <<'END_OF_PYTHON' || fail "a refined table without a prior is wrong"
import h5py
plain, prior = h5py.File("refined.h5"), h5py.File("on1.h5")
assert "prior" not in plain
for name in ("outlier", "amplitudes", "covariance", "chi2"):
    assert plain["fit"][name][()].tobytes() == prior["fit"][name][()].tobytes(), name
done = plain["particles/state"][:] == 1
assert (plain["particles/amplitudes"][:][done] == plain["fit/amplitudes"][:][done]).all()
END_OF_PYTHON
refused 2 'learn-prior' predict -i set/particles.star -m modes.h5 -w network.pt --refine --learn-prior -o refined.h5 --resume
refused 1 'add --refine' predict -i set/particles.star -m modes.h5 -w network.pt --learn-prior -o x.h5
exit 0
