#!/bin/bash
# Maps of a point group are those of relion_reconstruct --sym, which averages the volume too, and of relion_reconstruct of each
# image at all poses of the group, which is exact.
set -u
. "$ELASTEM_SOURCE/tests/interop/relion/relion.sh"
command -v relion_refine >/dev/null || { echo "skipped: relion_refine is not installed"; exit 77; }
fresh_folder work
particles 400 --amplitude 0 --snr 1 --size 48 --pixel-size 3
expanded() {  # GROUP: set/GROUP.star, each image once per rotation that RELION prints
  relion_refine --sym "$1" --print_symmetry_ops >ops.txt 2>&1
  GROUP=$1 /usr/bin/python3 - <<'END' || fail "no expanded file"
import os, re, numpy
text = re.split(r" R\(\d+\)=", open("ops.txt").read())[1:]
group = [numpy.array([float(x) for x in part.split("Euler")[0].split()[:9]]).reshape(3, 3) for part in text]
group = [u @ v for u, _, v in map(numpy.linalg.svd, group)]  # printed with five digits
def about(axis, degrees):  # the axes' rotation
    a = numpy.radians(degrees)
    c, s = numpy.cos(a), numpy.sin(a)
    return numpy.array([[c, s, 0], [-s, c, 0], [0, 0, 1]] if axis == "z" else [[c, 0, -s], [0, 1, 0], [s, 0, c]])
def angles(r):
    tilt = numpy.degrees(numpy.arccos(numpy.clip(r[2, 2], -1, 1)))
    return numpy.degrees(numpy.arctan2(r[2, 1], r[2, 0])), tilt, numpy.degrees(numpy.arctan2(r[1, 2], -r[0, 2]))
lines, labels, table = [], [], ""
for line in open("set/truth.star"):
    words = line.split()
    if line.startswith("data_"):
        table, labels = words[0], []
    elif table == "data_particles" and line.startswith("_rln"):
        labels.append(words[0][1:])
    elif table == "data_particles" and words and len(words) == len(labels):
        at = [labels.index("rlnAngle" + name) for name in ("Rot", "Tilt", "Psi")]
        rot, tilt, psi = (float(words[i]) for i in at)
        r = about("z", psi) @ about("y", tilt) @ about("z", rot)
        for turn in group:
            for i, value in zip(at, angles(r @ turn)):
                words[i] = "%.6f" % value
            check = about("z", float(words[at[2]])) @ about("y", float(words[at[1]])) @ about("z", float(words[at[0]]))
            assert abs(check - r @ turn).max() < 1e-5
            lines.append(" ".join(words) + "\n")
        continue
    lines.append(line)
open(f"set/{os.environ['GROUP']}.star", "w").writelines(lines)
END
}
for group in C3 D2 T O I; do
  (cd set && relion_reconstruct --i truth.star --o "../relion_$group.mrc" --ctf --sym "$group") >log 2>&1 ||
    { cat log; fail "relion_reconstruct --sym $group gives $?"; }
  ranks 2 reconstruct -i set/particles.star -a set/truth.h5 -o "$group.mrc" --symmetry "$group" -q || fail "reconstruct gives $?"
done
for group in C3 T; do
  expanded $group
  (cd set && relion_reconstruct --i $group.star --o ../exact_$group.mrc --ctf) >log 2>&1 || { cat log; fail "relion_reconstruct gives $?"; }
done
ranks 1 reconstruct -i set/particles.star -a set/truth.h5 -o one.mrc -q || fail "reconstruct gives $?"
ranks 1 reconstruct -i set/particles.star -a set/truth.h5 -o alone.mrc --symmetry T -q || fail "reconstruct gives $?"
/usr/bin/python3 - <<'END' || fail "symmetric maps differ from RELION's"
import mrcfile, numpy
k = numpy.fft.fftfreq(48, 1 / 48)
radius = numpy.sqrt(k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2)
z, y, x = numpy.indices((48, 48, 48)) - 24
inside = x * x + y * y + z * z < 22 * 22
def read(name):  # the same filter for all: 7.5 Å
    return numpy.fft.ifftn(numpy.fft.fftn(mrcfile.open(name + ".mrc").data.astype(float)) * (radius < 19)).real[inside]
def agreement(a, b):
    return numpy.corrcoef(read(a), read(b))[0, 1]
for group in ("C3", "D2", "T", "O", "I"):
    same, none = agreement(group, "relion_" + group), agreement(group, "one")
    print(f"{group}: correlation with relion_reconstruct --sym {same:.4f}, with the map without symmetry {none:.4f}")
    assert same > 0.99 and none < 0.95, group
for group in ("C3", "T"):
    own, theirs = agreement(group, "exact_" + group), agreement("relion_" + group, "exact_" + group)
    print(f"{group}: correlation with all poses inserted {own:.5f}, of RELION's --sym {theirs:.5f}")
    assert own > 0.995
a, b = (mrcfile.open(name + ".mrc").data for name in ("T", "alone"))
assert abs(a - b).max() < 1e-5 * abs(a).max(), "the ranks"  # copies are sent as floats
END
