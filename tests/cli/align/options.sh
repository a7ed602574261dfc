#!/bin/bash
# Bad particles are failed rows with a reason and leave the others alone; --local starts from the poses of the input;
# --dry-run writes nothing; --resume refuses other options.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 12 48 3
run() { ranks 2 align -m modes.h5 --modes 7-9 --angular-step 15 "$@" >log 2>&1; }

run -i set/particles.star -o good.h5 || { cat log; fail "align gives $?"; }
# Particle 4 gets a NaN, particle 7 becomes constant.
cp -r set broken
/usr/bin/python3 - <<'END'
import numpy as np
pixels = np.memmap("broken/particles.mrcs", dtype="<f4", mode="r+", offset=1024, shape=(12, 48, 48))
pixels[3, 10, 20] = np.nan
pixels[6] = 0.5
END
run -i broken/particles.star -o broken.h5 || { cat log; fail "bad particles stop the run: $?"; }
grep -q 'failed' log || { cat log; fail "the failed particles are not counted"; }
/usr/bin/python3 - <<'END' || fail "the table of the broken set is wrong"
import h5py
good, broken = (h5py.File(name)["particles"] for name in ("good.h5", "broken.h5"))
assert list(broken["state"]) == [1, 1, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1], list(broken["state"])
assert broken["reason"][3] == 3 and broken["reason"][6] == 4, list(broken["reason"])
END

# Dark molecules are read as their own negatives.
cp -r set dark
/usr/bin/python3 - <<'END'
import numpy as np
pixels = np.memmap("dark/particles.mrcs", dtype="<f4", mode="r+", offset=1024, shape=(12, 48, 48))
pixels *= -1
END
run -i dark/particles.star -o dark.h5 --invert || { cat log; fail "--invert gives $?"; }
/usr/bin/python3 - <<'END' || fail "--invert gives another answer than bright molecules"
import h5py
bright, dark = (h5py.File(name)["particles"] for name in ("good.h5", "dark.h5"))
assert all((bright[name][:] == dark[name][:]).all() for name in bright)
END

run -i set/particles.star -o dry.h5 --dry-run || { cat log; fail "--dry-run gives $?"; }
[ -e dry.h5 ] && fail "--dry-run wrote a table"
run -i set/particles.star -o good.h5 && fail "an existing output is no error"
grep -q -e '--resume' log || { cat log; fail "the error does not name --resume"; }
run -i set/particles.star -o good.h5 --resume --max-resolution 12
[ $? = 2 ] || { cat log; fail "--resume with another option is no error"; }
grep -q 'max-resolution' log || { cat log; fail "the error does not name the option that changed"; }

# A resumed run does, counts and times only what is left, and says what its ranks did.
cp good.h5 half.h5
/usr/bin/python3 - <<'END'
import h5py
with h5py.File("half.h5", "r+", locking=False) as file:
    file["particles/state"][5:] = 0
END
run -i set/particles.star -o half.h5 --resume || { cat log; fail "--resume gives $?"; }
same_particles good.h5 half.h5 || fail "the resumed table differs"
for text in 'particles: 7 of 7 in ' '^12 particles aligned, .*; 7 in this run, ' ' particles/s, each .* ms of one rank.s time; ranks busy' \
  '^busy by rank, %: [0-9]* [0-9]*$' '^time of rank 0: reading .* library .* alignment .* writing .* in all$'; do
  grep -q "$text" log || { cat log; fail "the log has no '$text'"; }
done

run -i set/particles.star -o local.h5 --local
[ $? = 2 ] || fail "--local without poses is no error"
grep -q 'rlnAngleRot' log || { cat log; fail "the error does not name the labels that miss"; }
run -i set/truth.star -o local.h5 --local || { cat log; fail "--local gives $?"; }
ranks 1 evaluate -i local.h5 -t set/truth.h5 --json >local.json || fail "evaluate gives $?"
/usr/bin/python3 - <<'END' || fail "a local alignment lost the poses that it was given"
import h5py, numpy as np
table, truth = (h5py.File(name)["particles"] for name in ("local.h5", "set/truth.h5"))
def rotations(angles):
    rot, tilt, psi = np.radians(angles.T)
    z = lambda a: np.array([[np.cos(a), np.sin(a), 0 * a], [-np.sin(a), np.cos(a), 0 * a], [0 * a, 0 * a, 0 * a + 1]]).transpose(2, 0, 1)
    y = lambda a: np.array([[np.cos(a), 0 * a, -np.sin(a)], [0 * a, 0 * a + 1, 0 * a], [np.sin(a), 0 * a, np.cos(a)]]).transpose(2, 0, 1)
    return z(psi) @ y(tilt) @ z(rot)
a, b = rotations(table["euler_angles"][:]), rotations(truth["euler_angles"][:])
angle = np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(a - b, axis=(1, 2)) / np.sqrt(8), 0, 1)))
print("largest rotation error of --local:", angle.max().round(2), "degrees")
assert angle.max() < 15, angle
END
grep -q 'another frame' log && { cat log; fail "right poses are taken for those of another frame"; }
# The same poses of a molecule that was turned by 70° about its z axis.
awk '/^data_particles/ { particles = 1 } particles && /^_rlnAngleRot / { sub("#", "", $2); column = $2 }
  particles && !/^[_#]/ && NF > 3 && column { $column += 70 } { print }' set/truth.star >set/turned.star
run -i set/turned.star -o turned.h5 --local || { cat log; fail "--local gives $?"; }
grep -q 'of 12 alignments ended more than 15° .* another frame' log || { cat log; fail "nothing is said of poses of another frame"; }

# A short cut-off lets the end of the chain swing by itself: mode 7 is no motion of the molecule.
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --cutoff 7 --modes 9 -o loose.h5 -q || fail "modes gives $?"
ranks 2 align -i set/particles.star -m loose.h5 --modes 7-8 --angular-step 15 -o loose_a.h5 --limit 2 >log 2>&1 || { cat log; fail "align gives $?"; }
grep -q 'move a few atoms only .*: 7 (chain A .*)' log || { cat log; fail "nothing is said of a local mode"; }
exit 0
