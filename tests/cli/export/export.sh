#!/bin/bash
# A result goes to STAR and XMD with its poses, on any number of ranks; columns nobody knows are carried through; failed
# particles are marked; what is written is read again and leads to the same particles.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 30 32 4.4
mkdir -p out
# a column that elastem does not know
awk '/^_rlnCtfBfactor/ {print; print "_rlnMicrographName #8"; next} /@/ {print $0, "mic" NR % 3 ".mrc"; next} {print}' \
  set/particles.star >set/more.star
ranks 1 export -i set/truth.h5 --particles set/more.star -o out/one.star || fail "export gives $?"
ranks 3 export -i set/truth.h5 --particles set/more.star -o out/three.star || fail "export gives $? on 3 ranks"
cmp out/one.star out/three.star || fail "the exported file depends on the ranks"
ranks 2 export -i set/truth.h5 --particles set/more.star -o out/all.xmd || fail "export gives $?"
# from the exported files on to each other format: same poses
ranks 1 export -i set/truth.h5 --particles out/all.xmd -o out/back.star || fail "export from XMD gives $?"
ranks 1 export -i set/truth.h5 --particles out/one.star -o set/again.star || fail "export from STAR gives $?"

# a result in which the row of particle 5 is damaged, so that it counts as not done
cp set/truth.h5 damaged.h5
/usr/bin/python3 -c 'import h5py; h5py.File("damaged.h5", "r+")["particles/amplitudes"][4, 0] += 1'
ranks 2 export -i damaged.h5 --particles set/more.star -o out/damaged.star || fail "export gives $?"
ranks 2 export -i damaged.h5 --particles set/more.star -o out/damaged.xmd || fail "export gives $?"
ranks 1 export -i damaged.h5 -o out/new.star 2>log
[ $? = 2 ] && grep -q -e '--particles' log || { cat log; fail "a result without its particle file is no error"; }

# of a result that knows its particle file, and has the first particles only
ranks 2 align -i set/particles.star -m modes.h5 --modes 7-9 --limit 4 -o alignment.h5 -q || fail "align gives $?"
ranks 1 export -i alignment.h5 -o out/first.star || fail "export gives $?"
[ "$(grep -c @ out/first.star)" = 4 ] || fail "not the first 4 particles were exported"
head -n -1 set/more.star >set/fewer.star
ranks 2 export -i set/truth.h5 --particles set/fewer.star -o out/fewer.star || fail "fewer particles give $?"
[ "$(grep @ out/fewer.star)" = "$(grep @ out/one.star | head -n 29)" ] || fail "fewer particles have other rows"

/usr/bin/python3 - <<'END' || fail "the exported files do not hold what they should"
import shlex, h5py, numpy as np
def table(path, image):
    labels, rows, inside = [], [], False
    for line in open(path):
        if line.startswith("data_"): labels, inside = [], False
        elif line.strip().startswith("_"): labels.append(line.split()[0][1:])
        elif "@" in line: rows.append(shlex.split(line)); names = list(labels)
    assert image in names
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}
def column(t, name): return np.array([float(x) for x in t[name]])
with h5py.File("set/truth.h5", "r") as f:
    q, angles, shifts, score = (f["particles/" + n][:] for n in ("amplitudes", "euler_angles", "shifts", "score"))
half = 5.1e-7  # six decimals
for path in ("out/one.star", "out/back.star", "set/again.star"):
    t = table(path, "rlnImageName")
    for i, name in enumerate(("rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi")): assert abs(column(t, name) - angles[:, i]).max() < half, path
    for i, name in enumerate(("rlnOriginXAngst", "rlnOriginYAngst")): assert abs(column(t, name) + shifts[:, i]).max() < half, path
    for i, mode in enumerate((7, 8, 9)): assert abs(column(t, f"elastemAmplitude{mode}") - q[:, i]).max() < half, path
    assert t["rlnMicrographName"] == table("set/more.star", "rlnImageName")["rlnMicrographName"], path
    assert (column(t, "rlnDefocusU") == 5000).all(), path
assert table("out/one.star", "rlnImageName")["rlnImageName"][0] == "000001@../set/particles.mrcs"
assert table("set/again.star", "rlnImageName")["rlnImageName"][0] == "000001@particles.mrcs"
x = table("out/all.xmd", "image")
assert abs(column(x, "shiftX") + shifts[:, 0] / 4.4).max() < half and abs(column(x, "cost") - (1 - score)).max() < half
assert (column(x, "enabled") == 1).all() and x["itemId"] == [str(i + 1) for i in range(30)]
vectors = np.array([[float(v) for v in text.split()] for text in x["nmaDisplacements"]])
assert abs(vectors - q).max() < half
assert open("out/all.xmd").readline().startswith("# XMIPP_STAR_1 *")
d, e = table("out/damaged.star", "rlnImageName"), table("out/damaged.xmd", "image")
assert d["rlnImageName"] == [name for i, name in enumerate(table("out/one.star", "rlnImageName")["rlnImageName"]) if i != 4]
assert e["enabled"] == ["-1" if i == 4 else "1" for i in range(30)]
print("ok: 30 particles in STAR and XMD")
END
