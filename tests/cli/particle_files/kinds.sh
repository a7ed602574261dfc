#!/bin/bash
# The same images as other programs hold them are aligned alike: a SPIDER stack of either byte order named by --stack or given
# alone, a .cs file of cryoSPARC with its passthrough file, an XMD with a file of CTF parameters and disabled rows.
set -u
# shellcheck source=tests/support/script.sh
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 -q || fail "modes gives $?"
ranks 2 synthesize -m modes.h5 -o set/particles.star -n 8 --modes 7-9 --relation helix --size 32 --pixel-size 4.4 --snr 10 \
  --shift-px 2 --seed 7 -q || fail "synthesize gives $?"

/usr/bin/python3 - <<'END_OF_PYTHON' || fail "the files cannot be written"
import math, struct
side, count, pixel = 32, 8, 4.4
pixels = [struct.unpack(f"<{side * side}f", image) for image in
          (lambda d: [d[1024 + 4 * side * side * i:1024 + 4 * side * side * (i + 1)] for i in range(count)])(open("set/particles.mrcs", "rb").read())]
for order, name in (("<", "little.stk"), (">", "big.stk")):
    record = 4 * side
    records = -(-1024 // record)
    def header(stack):
        words = [0.0] * (side * records)
        words[0], words[1], words[4], words[11], words[12] = 1, side, 1, side, records
        words[21], words[22] = record * records, record
        if stack:
            words[23], words[25] = 2, count
        return struct.pack(f"{order}{side * records}f", *words)
    with open(name, "wb") as out:
        out.write(header(True))
        for image in pixels:
            out.write(header(False) + struct.pack(f"{order}{side * side}f", *image))
labels, rows = [], []
for line in open("set/truth.star"):
    if line.startswith("data_"): labels = []
    elif line.startswith("_"): labels.append(line.split()[0][1:])
    elif "@" in line: rows.append(dict(zip(labels, line.split())))
def array(name, fields, values):
    text = "{'descr': [" + ", ".join(fields) + f"], 'fortran_order': False, 'shape': ({len(values)},), }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    open(name, "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + b"".join(values))
def matrix(rot, tilt, psi):
    z = lambda a: [[math.cos(a), math.sin(a), 0], [-math.sin(a), math.cos(a), 0], [0, 0, 1]]
    y = lambda a: [[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]]
    times = lambda a, b: [[sum(a[i][k] * b[k][j] for k in range(3)) for j in range(3)] for i in range(3)]
    return times(z(math.radians(psi)), times(y(math.radians(tilt)), z(math.radians(rot))))
def vector(m):  # v with exp(-[v]x) = m
    angle = math.acos(max(-1, min(1, (m[0][0] + m[1][1] + m[2][2] - 1) / 2)))
    scale = angle / (2 * math.sin(angle))
    return [scale * (m[1][2] - m[2][1]), scale * (m[2][0] - m[0][2]), scale * (m[0][1] - m[1][0])]
number = lambda row, label: float(row[label])
import os
os.makedirs("project/J1", exist_ok=True)
array("project/J1/particles.cs", ["('uid', '<u8')", "('alignments3D/pose', '<f4', (3,))", "('alignments3D/shift', '<f4', (2,))", "('alignments3D/psize_A', '<f4')"],
      [struct.pack("<Q3f2ff", 1000 + i, *vector(matrix(*(number(r, "rlnAngle" + a) for a in ("Rot", "Tilt", "Psi")))),
                   *(number(r, "rlnOrigin" + a + "Angst") / pixel for a in "XY"), pixel) for i, r in enumerate(rows)])
array("project/J1/passthrough.cs", ["('uid', '<u8')", "('blob/path', 'S40')", "('blob/idx', '<u4')", "('blob/shape', '<u4', (2,))", "('blob/psize_A', '<f4')",
      "('ctf/accel_kv', '<f4')", "('ctf/cs_mm', '<f4')", "('ctf/amp_contrast', '<f4')", "('ctf/df1_A', '<f4')", "('ctf/df2_A', '<f4')", "('ctf/df_angle_rad', '<f4')"],
      [struct.pack("<Q40sI2If3f3f", 1000 + i, b">J0/particles.mrcs", i, side, side, pixel, 200, 2, 0.1, 5000, 5000, 0) for i in reversed(range(count))])
open("mic.ctfparam", "w").write("data_fullMicrograph\n _ctfVoltage 200\n _ctfDefocusU 5000\n _ctfDefocusV 5000\n _ctfDefocusAngle 0\n"
                                " _ctfSphericalAberration 2\n _ctfQ0 0.1\n")
with open("hemnma.xmd", "w") as out:
    out.write("data_noname\nloop_\n _image\n _enabled\n _angleRot\n _angleTilt\n _anglePsi\n _shiftX\n _shiftY\n _ctfModel\n")
    for i, r in enumerate(rows):
        out.write(f"{i + 1:06}@Runs/000007/extra/img.stk {-1 if i == 3 else 1} {r['rlnAngleRot']} {r['rlnAngleTilt']} {r['rlnAnglePsi']} "
                  f"{number(r, 'rlnOriginXAngst') / pixel:.6f} {number(r, 'rlnOriginYAngst') / pixel:.6f} mic.ctfparam\n")
END_OF_PYTHON
mkdir -p project/J0 out
sed '/^000001@/d' hemnma.xmd >out/renamed.xmd
cp set/particles.mrcs project/J0
grep -q '5000.000000 5000.000000' set/truth.star || fail "the set has another defocus than this test writes"

ranks 1 align -i set/truth.star -m modes.h5 --modes 7-9 --local -o right.h5 -q || fail "align gives $?"
# alike FILE ROWS…: all but these rows have the amplitudes, shift and score of right.h5, to what the digits of the files lose and
# what one image less changes in the noise spectrum.
alike() {
  /usr/bin/python3 - "$@" <<'END_OF_PYTHON' || fail "$1 differs from the result of the STAR file"
import sys, h5py, numpy as np
a, b = (h5py.File(name, "r")["particles"] for name in ("right.h5", sys.argv[1]))
left_out = [int(i) for i in sys.argv[2:]]
assert [int(i) for i in np.flatnonzero(b["state"][:] != 1)] == left_out, b["state"][:]
rows = [i for i in range(8) if i not in left_out]
for name, most in (("amplitudes", 2), ("shifts", 0.1), ("score", 2e-3)):
    off = np.abs(a[name][:] - b[name][:])[rows].max()
    print(f"{sys.argv[1]}: {name} differ by {off:.2g} at most")
    assert off < most, (name, off)
END_OF_PYTHON
}
for stack in little.stk big.stk; do
  ranks 2 align -i hemnma.xmd --stack $stack --pixel-size 4.4 -m modes.h5 --modes 7-9 --local -o hemnma_$stack.h5 -q ||
    fail "align of $stack gives $?"
  alike hemnma_$stack.h5 3
done
ranks 2 export -i hemnma_big.stk.h5 --stack big.stk --pixel-size 4.4 -o out/aligned.xmd -q || fail "export gives $?"
[ "$(grep -c '@.*/big.stk 1 ' out/aligned.xmd)" = 7 ] || { cat out/aligned.xmd; fail "the stack is not named as it is"; }
grep -q '^000004@.*/big.stk -1 ' out/aligned.xmd || { cat out/aligned.xmd; fail "the disabled row is not kept"; }
# Commands after it read the particles as the alignment did, and say so; of another particle file they take nothing.
ranks 2 export -i hemnma_big.stk.h5 -o out/remembered.xmd 2>log || { cat log; fail "export without --stack gives $?"; }
cmp out/aligned.xmd out/remembered.xmd || fail "the stack is not remembered"
grep -q 'is read as when hemnma_big.stk.h5 was made: --stack big.stk --pixel-size 4.4$' log || { cat log; fail "the log does not say so"; }
reconstruct() { ranks 2 reconstruct -a hemnma_big.stk.h5 --with-outliers "$@" 2>log || { cat log; fail "reconstruct gives $?"; }; }
reconstruct -i hemnma.xmd --stack big.stk --pixel-size 4.4 -o given.mrc
reconstruct -i hemnma.xmd -o remembered.mrc
cmp given.mrc remembered.mrc || fail "the map is another one"
refused 1 'stack Runs/000007/extra/img.stk is not there' reconstruct -i out/renamed.xmd -a hemnma_big.stk.h5 -o new.mrc
grep -q 'which is not taken for out/renamed.xmd' err.txt || { cat err.txt; fail "the log does not tell what may be missing"; }
ranks 1 landscape -i hemnma_big.stk.h5 -m modes.h5 --particles hemnma.xmd -o out/land --with-outliers 2>log || { cat log; fail "landscape gives $?"; }
grep -q 'hemnma.xmd is read as when hemnma_big.stk.h5 was made' log || { cat log; fail "landscape does not remember the stack"; }

# The next step names the truth where there is one, and the options that are needed again.
ranks 1 align -i set/truth.star -m modes.h5 --modes 7-9 --local -o next.h5 2>log || fail "align gives $?"
grep -q 'next: .*elastem evaluate -i next.h5 -t set/truth.h5$' log || { cat log; fail "the truth is not named"; }
ranks 1 align -i hemnma.xmd --stack little.stk --pixel-size 4.4 --invert -m modes.h5 --modes 7-9 --local -o next.h5 --overwrite 2>log ||
  fail "align gives $?"
grep -q 'next: .*elastem verify -i hemnma.xmd' log || { cat log; fail "there is no next step"; }
grep -q evaluate log && { cat log; fail "a truth that is not there"; }
ranks 1 rebase -i next.h5 -m modes.h5 --at 7=5 -o rebased.h5 --modes 9 2>log || { cat log; fail "rebase gives $?"; }
grep -q 'next: elastem align -i hemnma.xmd --stack little.stk --pixel-size 4.4 --invert -m modes.h5 -m rebased.h5' log ||
  { cat log; fail "the next step lacks options"; }
ranks 1 align -i little.stk --pixel-size 4.4 -m modes.h5 --modes 7-9 -o alone.h5 -q --angular-step 20 || fail "align of a stack gives $?"
[ "$(rows_done alone.h5)" = 8 ] || fail "a stack alone has not eight results"
refused 2 "little.stk:1: the pixel size is unknown.*--pixel-size" align -i little.stk -m modes.h5 --modes 7-9 -o new.h5

cs=(project/J1/particles.cs --passthrough project/J1/passthrough.cs)
ranks 2 align -i "${cs[@]}" -m modes.h5 --modes 7-9 --local -o cs.h5 -q || fail "align of a .cs file gives $?"
alike cs.h5
ranks 2 export -i cs.h5 -o project/J1/poses.star -q || fail "export gives $?"
/usr/bin/python3 - <<'END_OF_PYTHON' || fail "the STAR lacks the uids or the poses"
labels, rows = [], []
for line in open("project/J1/poses.star"):
    if line.startswith("data_"): labels = []
    elif line.startswith("_"): labels.append(line.split()[0][1:])
    elif "@" in line: rows.append(dict(zip(labels, line.split())))
assert [row["ucsfUid"] for row in rows] == [str(1000 + i) for i in range(8)]
assert all("rlnAngleRot" in row and "rlnOriginXAngst" in row and "elastemAmplitude7" in row for row in rows)
END_OF_PYTHON
ranks 1 inspect "${cs[@]}" >log || fail "inspect gives $?"
grep -q '8 particles (cryoSPARC)' log || { cat log; fail "inspect does not know cryoSPARC"; }
refused 1 "no blob/path.*--passthrough" align -i project/J1/particles.cs -m modes.h5 --modes 7-9 -o new.h5
echo ok
