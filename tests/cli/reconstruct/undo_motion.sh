#!/bin/bash
# A consensus from which the motion is taken out: near the map of a rigid set where the ordinary map is blurred, lost again when
# amplitudes are shuffled; of a rigid set the ordinary map; on any number of ranks; half maps; what is refused.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 --motion linear -o modes.h5 -q || fail "modes gives $?"
for kind in helix linear; do
  amplitude=(--amplitude 0)
  [ $kind = helix ] && amplitude=()
  ranks 2 synthesize -m modes.h5 --modes 7-9 --relation $kind "${amplitude[@]}" -n 800 --size 48 --pixel-size 3 --snr 0.3 \
    --defocus 6000-15000 --bounds none --seed 2 -o "$kind/particles.star" -q || fail "synthesize gives $?"
done
# On the path: the conformation of the particle in its middle.
at=$(/usr/bin/python3 -c "
import h5py
q = h5py.File('helix/truth.h5')['particles/amplitudes'][:]
print('7=%.3f,8=%.3f,9=%.3f' % tuple(q[abs(q[:, 2]).argmin()]))") || fail "no place"
cp helix/truth.h5 shuffled.h5
PYTHONPATH="$ELASTEM_SOURCE/tests/support" /usr/bin/python3 - <<'END' || fail "no shuffled amplitudes"
import h5py, numpy
from table_rows import seal
with h5py.File("shuffled.h5", "r+") as table:
    rows = table["particles"]
    rows["amplitudes"][:] = numpy.random.default_rng(1).permutation(rows["amplitudes"][:])
    for i in range(len(rows["state"])):
        seal(rows, i)
END
map() {  # RANKS SET TABLE MAP OPTIONS…
  local n=$1 set=$2 table=$3 out=$4
  shift 4
  ranks "$n" reconstruct -i "$set/particles.star" -a "$table" -o "$out" --max-resolution 7 "$@" >log 2>&1 || { cat log; fail "reconstruct gives $?"; }
}
map 2 helix helix/truth.h5 plain.mrc
map 1 helix helix/truth.h5 undone1.mrc -m modes.h5 --undo-motion --at "$at"
map 3 helix helix/truth.h5 undone3.mrc -m modes.h5 --undo-motion --at "$at" --halves --regularisation 0.001
grep -q "shows the conformation" log || { cat log; fail "the log does not say which conformation"; }
grep -q "the gain seems the motion's; align with --max-resolution" log || { cat log; fail "the gain of a helix is not told"; }
head -1 undone3_motion.csv | grep -q plain,undone,shuffled || fail "no curves: $(ls)"
for name in undone3_plain undone3_plain_half1 undone3_shuffled_half2; do [ -s $name.mrc ] || fail "no $name.mrc"; done
map 2 helix shuffled.h5 shuffled.mrc -m modes.h5 --undo-motion --at "$at"
map 2 linear linear/truth.h5 rigid.mrc
map 2 linear linear/truth.h5 rigid_undone.mrc -m modes.h5 --undo-motion
map 1 linear linear/truth.h5 rigid_halves.mrc -m modes.h5 --undo-motion --halves
grep -q "no gain is shown" log || { cat log; fail "a rigid molecule's map gains"; }
map 1 helix shuffled.h5 shuffled_halves.mrc -m modes.h5 --undo-motion --halves
grep -q "no gain is shown" log || { cat log; fail "a map gains from amplitudes that are not the particles'"; }
map 2 linear linear/truth.h5 middle.mrc -m modes.h5 --undo-motion --at 7=0
! grep -q 'option --at' log || fail "a warning of what particles are like: $(cat log)"
map 2 linear linear/truth.h5 far.mrc -m modes.h5 --undo-motion --at 7=900
grep -q 'option --at: mode 7: 900.0 Å is outside of the particles' log || fail "no warning of --at: $(cat log)"
AT=$at PYTHONPATH="$ELASTEM_SOURCE/tests/support" /usr/bin/python3 - <<'END' || fail "the maps"
import os, mrcfile, numpy
from density import Model
model = Model("modes.h5", [7, 8, 9], 48, 3.0)
agreement = lambda name, q: model.correlation(name, q)[1:20].mean()
at = numpy.array([float(part.split("=")[1]) for part in os.environ["AT"].split(",")])
value = {name: agreement(name + ".mrc", at if name[0] in "psu" else numpy.zeros(3))
         for name in ("plain", "undone1", "undone3", "shuffled", "rigid", "rigid_undone", "middle")}
print({name: round(v, 4) for name, v in value.items()})
assert value["undone1"] > value["plain"] + 0.07, "no gain"
assert value["undone1"] > value["rigid"] - 0.05, "far from a rigid set"
assert value["shuffled"] < value["plain"] + 0.02, "shuffled amplitudes keep the gain"
assert abs(value["rigid_undone"] - value["rigid"]) < 0.005 and abs(value["middle"] - value["rigid"]) < 0.005
one, three = (mrcfile.open(f"undone{n}.mrc").data for n in (1, 3))
assert abs(one - three).max() < 1e-3 * abs(one).max(), abs(one - three).max() / abs(one).max()
as_it_is = mrcfile.open("undone3_plain.mrc").data
plain = mrcfile.open("plain.mrc").data
assert abs(as_it_is - plain).max() < 1e-5 * abs(plain).max()
halves = [mrcfile.open(f"undone3_half{h}.mrc").data for h in (1, 2)]
assert 0.3 < numpy.corrcoef(halves[0].ravel(), halves[1].ravel())[0, 1] < 0.9999
END
# The control of some particles has the motion of those, and not of particles that are not selected.
awk '/@/ && ++n > 200 { next } { print }' helix/particles.star >helix/some.star
ranks 1 reconstruct -i helix/some.star -a helix/truth.h5 -m modes.h5 --undo-motion --halves --max-resolution 7 -o some.mrc -q || fail "a part gives $?"
map 3 helix helix/truth.h5 selected.mrc -m modes.h5 --undo-motion --halves --selection 'row in {1-200}'
/usr/bin/python3 - <<'END' || fail "the control of a selection"
import mrcfile
for half in (1, 2):
    some, selected = (mrcfile.open(f"{name}_shuffled_half{half}.mrc").data for name in ("some", "selected"))
    assert abs(some - selected).max() < 1e-3 * abs(some).max(), half
END
set=(-i helix/particles.star -a helix/truth.h5 -o new.mrc)
refused 1 '--modes-file' reconstruct "${set[@]}" --undo-motion
refused 1 '--undo-motion' reconstruct "${set[@]}" --at 7=1
refused 2 'no amplitudes of mode 12' reconstruct "${set[@]}" -m modes.h5 --undo-motion --at 12=1
[ ! -e new.mrc ] || fail "a refused run leaves a map"
