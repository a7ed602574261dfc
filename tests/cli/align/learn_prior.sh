#!/bin/bash
# align --learn-prior: the same table, prior and flags on 1 to 4 ranks, and after a kill in the middle of the last pass;
# better than the images alone, which stay in the table; images without a molecule are flagged. It is said which modes move.
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
  grep -q '^modes 7-9 move$' log || { cat log; fail "the log does not say that the modes of the helix move"; }
  same_tables on1.h5 "on$n.h5" || fail "the table differs on $n ranks"
done
/usr/bin/python3 - <<'END' || fail "how modes move is wrong in the table"
import h5py
fit, truth = h5py.File("on1.h5")["fit"], h5py.File("set/truth.h5")["particles/amplitudes"][:].std(axis=0)
assert fit["mode_particles"][0] == 77 and fit["atom_count"][0] == 211
assert list(fit["mode_verdict"]) == [1, 1, 1], list(fit["mode_verdict"])
found, error = fit["mode_motion"][:], fit["mode_motion_error"][:]
print("standard deviations of the amplitudes: true", truth.round(1), "found", found.round(1), "±", error.round(1))
assert (abs(found - truth) < 3.3 * error).all()
END
prior flags on1.h5 || fail "flags or prior are wrong"
echo "ok: the same on 1, 2, 3 and 4 ranks"

ranks 1 evaluate -i on1.h5 -t set/truth.h5 --accept-mismatch --json >with.json || fail "evaluate gives $?"
ranks 1 evaluate -i on1.h5 -t set/truth.h5 --accept-mismatch --json --without-prior >without.json || fail "evaluate --without-prior gives $?"
prior helps with.json without.json || fail "the prior makes it worse"
refused 1 'without-prior' evaluate -i set/truth.h5 -t set/truth.h5 --without-prior
ranks 1 inspect on1.h5 >log || fail "inspect gives $?"
grep -q '^  modes 7-9 move$' log || { cat log; fail "inspect does not say which modes move"; }
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
run 2 -o fewer.h5 --limit 12 || { cat log; fail "align of fewer particles gives $?"; }
grep -q '12 particles are too few to say which modes move' log || { cat log; fail "nothing is said of fewer particles"; }

# Of a rigid molecule nothing moves, on any number of ranks.
ranks 1 synthesize -m modes.h5 -o rigid/particles.star -n 60 --modes 7-9 --amplitude 0 --size 48 --pixel-size 3 --snr 0.2 \
  --psi uniform --shift-px 3 --seed 7 -q || fail "synthesize gives $?"
for n in 1 3; do
  ranks "$n" align -i rigid/particles.star -m modes.h5 --modes 7-9 --angular-step 15 -o "rigid$n.h5" >log 2>&1 ||
    { cat log; fail "align of a rigid molecule gives $? on $n ranks"; }
  grep -q '^no mode \(moves\|is seen to move\)' log || { cat log; fail "a rigid molecule moves"; }
done
/usr/bin/python3 - <<'END' || fail "how a rigid molecule moves is wrong, or differs on 3 ranks"
import h5py
one, three = (h5py.File(name)["fit"] for name in ("rigid1.h5", "rigid3.h5"))
names = [name for name in one if name.startswith("mode_")]
assert len(names) == 7 and all(one[name][()].tobytes() == three[name][()].tobytes() for name in names), names
assert 1 not in one["mode_verdict"][:] and 0 in one["mode_verdict"][:], list(one["mode_verdict"])
END
exit 0
