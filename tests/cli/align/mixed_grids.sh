#!/bin/bash
# Two optics groups of another box and pixel size in one file: as good as each group alone, a noise spectrum each, the
# same bits on 1 to 3 ranks and after a restart; pixel sizes that differ by rounding are one grid.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 -q || fail "modes gives $?"
make() { ranks 1 synthesize -m modes.h5 --modes 7-9 --shift-px 3 -q "$@" || fail "synthesize gives $?"; }
make -o a/particles.star -n 24 --size 48 --pixel-size 3 --seed 21
make -o b/particles.star -n 16 --size 64 --pixel-size 2.4 --seed 22 --normalise none
merge() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/support/merge_sets.py" "$@" || fail "merge_sets.py gives $?"; }
merge mixed.star a/particles.star b/particles.star
# With a range of the amplitudes that is given nothing is learnt from both groups together.
run() { ranks "$1" align -m modes.h5 --modes 7-9 --amplitude-range 140 --angular-step 15 "${@:2}" >log 2>&1 || { cat log; fail "align gives $?"; }; }
for n in 1 2 3; do
  run $n -i mixed.star -o on$n.h5
  same_particles on1.h5 on$n.h5 || fail "the table differs on $n ranks"
done
grep -q '24 particles of 48² pixels of 3 Å' log && grep -q '16 particles of 64² pixels of 2.4 Å' log ||
  { cat log; fail "the two grids are not named"; }
run 2 -i a/particles.star -o a.h5
run 2 -i b/particles.star -o b.h5
/usr/bin/python3 - <<'END' || fail "a mixed set is aligned otherwise than its parts"
import h5py, numpy as np
mixed, a, b = (h5py.File(name) for name in ("on1.h5", "a.h5", "b.h5"))
# The groups take turns 16 times, then eight of the first are left.
order = [(0, i // 2) if i % 2 == 0 else (1, i // 2) for i in range(32)] + [(0, i) for i in range(16, 24)]
for name in ("amplitudes", "euler_angles", "shifts", "standard_errors", "score", "state"):
    parts = [a["particles"][name][:], b["particles"][name][:]]
    expected = np.array([parts[g][i] for g, i in order])
    # Each grid's noise comes from its own particles: the rows are those of the parts, bit by bit.
    assert (mixed["particles"][name][:] == expected).all(), name
assert (mixed["fit/noise_spectrum"][:] == a["fit/noise_spectrum"][:]).all()
assert (mixed["fit/noise_spectrum_2"][:] == b["fit/noise_spectrum"][:]).all()
truth = [h5py.File(f"{s}/truth.h5")["particles/amplitudes"][:] for s in "ab"]
error = mixed["particles/amplitudes"][:] - np.array([truth[g][i] for g, i in order])
pull = np.median(np.abs(error / mixed["particles/standard_errors"][:, :3])) / 0.6745
print(f"mean amplitude error {np.abs(error).mean():.2f} Å, pull {pull:.2f}")
# The median of 120 values that share images in threes is known to 1.25 × √3 × 0.75/√120 = 15 %; a coarse search loses
# an image now and then, which a median does not mind.
assert 0.55 < pull < 1.45, pull
END

# Pixel sizes equal but for rounding are one grid; a part of a mixed set may need one grid only.
make -o c/particles.star -n 4 --size 48 --pixel-size 3.0001 --seed 23
merge near.star a/particles.star c/particles.star
run 1 -i near.star -o near.h5 --dry-run
grep -q '28 particles of 48² pixels of 3 Å' log || { cat log; fail "a rounded pixel size makes another grid"; }
run 1 -i mixed.star -o one.h5 --limit 1
[ "$(rows_done one.h5)" = 1 ] || fail "the first particle alone is not aligned"

# A resumed run has both spectra.
cp on1.h5 part.h5
/usr/bin/python3 - <<'END'
import h5py
with h5py.File("part.h5", "r+") as file:
    file["particles/state"][20:] = 0
END
run 2 -i mixed.star -o part.h5 --resume
same_particles on1.h5 part.h5 || fail "the table differs after a restart"

# One map of both boxes.
ranks 2 reconstruct -a on1.h5 -o map.mrc -i mixed.star >log 2>&1 || { cat log; fail "reconstruct gives $?"; }
grep -q 'images of 2 boxes and pixel sizes' log || { cat log; fail "the log does not tell of two boxes"; }
exit 0
