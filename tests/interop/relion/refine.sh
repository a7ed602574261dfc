#!/bin/bash
# One iteration of relion_refine takes the particles, also after a way through XMD, and finds the views and positions of
# truth.star: angles, origins, CTF and contrast mean the same to it. relion_stack_create makes the same stack of them.
set -u
. "$ELASTEM_SOURCE/tests/interop/relion/relion.sh"
command -v relion_refine >/dev/null || { echo "skipped: relion_refine is not installed"; exit 77; }
fresh_folder work
particles 30 --size 32 --pixel-size 4.4 --amplitude 0 --snr none --shift-px 1
images density modes.h5 32 4.4 set/density.mrc
ranks 2 export -i set/particles.star -o set/particles.xmd -q || fail "export gives $?"
ranks 2 export -i set/particles.xmd -o set/back.star -q || fail "export gives $?"

cd set || exit 1
mkdir -p refined
for file in particles back; do
  # views every 15 degrees, shifts every pixel
  relion_refine --i $file.star --ref density.mrc --firstiter_cc --ini_high 9 --ctf --particle_diameter 130 --K 1 --iter 1 \
    --healpix_order 2 --oversampling 0 --offset_range 2 --offset_step 1 --random_seed 1 --pad 1 --sym C1 --j 1 \
    --dont_combine_weights_via_disc --o refined/$file >log 2>&1 || { tail -5 log; fail "relion_refine gives $? for $file.star"; }
  /usr/bin/python3 - truth.star refined/${file}_it001_data.star <<'END_OF_PYTHON' || fail "RELION finds other views"
import sys
import numpy as np
def rows(path):
    labels, found = [], {}
    for line in open(path):
        if line.startswith("data_"): labels = []
        elif line.startswith("_"): labels.append(line.split()[0][1:])
        elif "@" in line:
            row = dict(zip(labels, line.split()))
            found[row["rlnImageName"]] = [float(row["rln" + k]) for k in ("AngleRot", "AngleTilt", "AnglePsi", "OriginXAngst", "OriginYAngst")]
    return found
def rotation(rot, tilt, psi):
    z = lambda a: np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]])
    y = lambda a: np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    return z(np.radians(psi)) @ y(np.radians(tilt)) @ z(np.radians(rot))
truth, theirs = rows(sys.argv[1]), rows(sys.argv[2])
assert sorted(truth) == sorted(theirs) and len(truth) == 30
angle = np.array([np.degrees(np.arccos(np.clip((np.trace(rotation(*truth[k][:3]).T @ rotation(*theirs[k][:3])) - 1) / 2, -1, 1))) for k in truth])
shift = np.array([np.hypot(truth[k][3] - theirs[k][3], truth[k][4] - theirs[k][4]) for k in truth])
print(f"{sys.argv[2]}: median error {np.median(angle):.1f} degrees, {np.median(shift):.1f} Å")
# half of the grid's steps of 15 degrees in each of three angles is 13, of one pixel in x and y 3.1 Å
assert np.median(angle) < 13 and (angle < 26).mean() > 0.9, angle
assert np.median(shift) < 3.1, shift
END_OF_PYTHON
done

relion_stack_create --i truth.star --o stacked >log 2>&1 || { cat log; fail "relion_stack_create gives $?"; }
/usr/bin/python3 - <<'END_OF_PYTHON' || fail "relion_stack_create makes other images"
import mrcfile, numpy as np
mine, theirs = (mrcfile.open(name, permissive=True).data for name in ("particles.mrcs", "stacked.mrcs"))
assert mine.shape == theirs.shape == (30, 32, 32) and np.array_equal(mine, theirs)
assert sum("@stacked.mrcs" in line for line in open("stacked.star")) == 30
END_OF_PYTHON
echo "ok: relion_refine and relion_stack_create"
