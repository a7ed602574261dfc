#!/bin/bash
# A map from noise-free particles of one conformation is the density of modes.h5 (an independent check in numpy), on
# any number of ranks; resolution limit, mask and comparison do what they say; what cannot be is refused.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
here=$ELASTEM_SOURCE/tests/cli/reconstruct
fresh_folder work

ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 || fail "modes gives $?"
ranks 2 synthesize -m modes.h5 -o set/particles.star -n 1000 --modes 7-9 --amplitude 0 --snr none --size 64 \
  --pixel-size 2.2 --seed 3 || fail "synthesize gives $?"

for n in 1 2 3; do
  ranks "$n" reconstruct -i set/particles.star -a set/truth.h5 -o "map$n.mrc" || fail "reconstruct gives $? on $n ranks"
  [ -z "$(compgen -G "map$n.mrc.*")" ] || fail "an unfinished map is left behind"
done
/usr/bin/python3 "$here/shell_correlation.py" map1.mrc modes.h5 0.98 || fail "the map is not the density"

# The order of additions depends on the ranks, so doubles differ in their last bits and floats now and then by one.
/usr/bin/python3 - <<'END' || fail "the map depends on the number of ranks"
import sys, mrcfile, numpy
one, two, three = (mrcfile.open(f"map{n}.mrc").data for n in (1, 2, 3))
bound = 4 * numpy.finfo("f4").eps * abs(one).max()
worst = max(abs(one - other).max() for other in (two, three))
print(f"largest difference between 1, 2 and 3 ranks: {worst:.3g}, allowed {bound:.3g}")
sys.exit(bool(worst > bound))
END

ranks 2 reconstruct -i set/particles.star -a set/truth.h5 -o coarse.mrc --max-resolution 12 --reference map1.mrc \
  >curve || fail "reconstruct --max-resolution gives $?"
awk '$1 == 5 { if ($3 < 0.999) exit 1; seen = 1 } END { exit !seen }' curve || fail "shell 5 (28 Å) differs: $(cat curve)"
/usr/bin/python3 - <<'END' || fail "finer detail than --max-resolution is left"
import sys, mrcfile, numpy
def power(path):  # of the terms finer than 10 Å
    volume = mrcfile.open(path).data
    k = numpy.fft.fftfreq(64, 2.2)
    fine = k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2 > 0.1**2
    return (abs(numpy.fft.fftn(volume)[fine]) ** 2).sum()
share = power("coarse.mrc") / power("map1.mrc")
print(f"power finer than 10 Å: {share:.2g} of that without a limit")
sys.exit(bool(share > 0.01))  # cropping to the box lets a little of the coarser terms through
END
grep -q 'FSC 0.143 at' curve || fail "no resolution is printed"

ranks 2 reconstruct -i set/particles.star -a set/truth.h5 -o masked.mrc --mask-radius 40 || fail "a mask gives $?"
/usr/bin/python3 - <<'END' || fail "the mask"
import sys, mrcfile, numpy
masked, whole = mrcfile.open("masked.mrc").data, mrcfile.open("map1.mrc").data
z, y, x = numpy.indices(masked.shape) - 32
distance = numpy.sqrt(x**2 + y**2 + z**2) * 2.2
inside, outside = distance < 40, distance > 40 + 5 * 2.2
bound = 4 * numpy.finfo("f4").eps * abs(whole).max()
sys.exit(bool(masked[outside].any() or abs(masked - whole)[inside].max() > bound or not whole[outside].any()))
END

set=(-i set/particles.star -a set/truth.h5)
refused 2 '--overwrite' reconstruct "${set[@]}" -o map1.mrc
refused 2 '--max-resolution' reconstruct "${set[@]}" -o new.mrc --max-resolution 2
refused 2 '--regularisation' reconstruct "${set[@]}" -o new.mrc --regularisation 0
refused 2 'absent.mrc' reconstruct "${set[@]}" -o new.mrc --reference absent.mrc
ranks 1 synthesize -m modes.h5 -o few/particles.star -n 5 --modes 7-9 --size 32 --pixel-size 4.4 || fail "synthesize"
refused 2 'other images' reconstruct -i few/particles.star -a set/truth.h5 -o new.mrc
ranks 1 reconstruct -i few/particles.star -a few/truth.h5 -o few.mrc || fail "five particles give $?"
refused 2 '32³ voxels' reconstruct -i few/particles.star -a few/truth.h5 -o new2.mrc --reference map1.mrc
echo "reconstruct: all well"

# Halves: their sum is the map, by rlnRandomSubset where there is one; the correlation is that of numpy; the map overlays.
for n in 1 3; do
  ranks "$n" reconstruct "${set[@]}" -m modes.h5 -o "halves$n.mrc" --halves --regularisation 0.001 --mask-radius 40 >log 2>&1 || { cat log; fail "--halves gives $?"; }
done
sum=$(cat halves1_half1.mrc | md5sum)
refused 2 "half 2 of .* of the 5 that --selection leaves" reconstruct "${set[@]}" -o halves1.mrc --halves --overwrite --selection "row in {1,3,5,7,9}"
[ "$(cat halves1_half1.mrc | md5sum)" = "$sum" ] || fail "a refused run writes half 1"
grep -q 'every second image of each stack' log || { cat log; fail "the log does not say how halves are made"; }
awk 'NR == 1 { for (i = 1; i <= NF; i++) print }' FS=, halves1_fsc.csv | grep -q phases_randomised || fail "no random phases"
for name in fsc.png fsc.xml guinier.png postprocess.mrc postprocess.star postprocess.json; do
  [ -s "halves1_$name" ] || fail "no $name"
done
/usr/bin/python3 - <<'END' || fail "no file with subsets"
lines, part, labels, n = [], "", 0, 0
for line in open("set/particles.star"):
    if line.startswith("data_"):
        part, labels = line.strip(), 0
    if part == "data_particles" and line.startswith("_rln"):
        labels += 1
    elif part == "data_particles" and labels and "@" in line:
        if n == 0:
            lines.append(f"_rlnRandomSubset #{labels + 1}\n")
        n += 1
        line = line.rstrip("\n") + (" 1\n" if n <= 300 else " 2\n")
    lines.append(line)
open("set/subset.star", "w").writelines(lines)
END
ranks 2 reconstruct -i set/subset.star -a set/truth.h5 -o subset.mrc --halves --regularisation 0.001 >log 2>&1 || { cat log; fail "rlnRandomSubset gives $?"; }
grep -q 'by rlnRandomSubset' log || { cat log; fail "the log does not name rlnRandomSubset"; }
/usr/bin/python3 - <<'END' || fail "the halves"
import csv, h5py, mrcfile, numpy
whole, one, first, second = (mrcfile.open(name).data for name in ("map1.mrc", "halves1.mrc", "halves1_half1.mrc", "halves1_half2.mrc"))
bound = 4 * numpy.finfo("f4").eps * abs(whole).max()
z, y, x = numpy.indices(whole.shape) - 32
inside = numpy.sqrt(x**2 + y**2 + z**2) * 2.2 < 40
assert abs(one - whole)[inside].max() < bound, abs(one - whole)[inside].max()
a, b = (numpy.fft.fftn(volume) for volume in (first, second))
k = numpy.fft.fftfreq(64, 1 / 64)
shell = numpy.rint(numpy.sqrt(k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2)).astype(int)
times = numpy.broadcast_to(numpy.where((k == 0) | (k == -32), 1, 0.5), shape=shell.shape).ravel()  # the half x >= 0, each term once
total = [numpy.bincount(shell.ravel(), v.ravel() * times)[: 33] for v in ((a * b.conj()).real, abs(a) ** 2, abs(b) ** 2)]
expected = total[0] / numpy.sqrt(total[1] * total[2])
for name in ("halves1", "halves3"):
    rows = list(csv.DictReader(open(name + "_fsc.csv")))
    assert abs(numpy.array([float(row["unmasked"]) for row in rows]) - expected[1:33]).max() < 1e-4
    assert all(row["masked"] and row["corrected"] for row in rows)
# Other halves for another split, whose sum is the same map.
parts = [mrcfile.open(f"subset_half{half}.mrc").data for half in (1, 2)]
assert abs(parts[0] - first).max() > 100 * bound
assert abs(mrcfile.open("subset.mrc").data - whole).max() < bound
sharp = [mrcfile.open(f"halves{n}_postprocess.mrc") for n in (1, 3)]
assert abs(sharp[0].data - sharp[1].data).max() < 1e-4 * abs(sharp[0].data).max()  # random phases begin where rounding decides
assert sharp[0].header.origin == mrcfile.open("halves1.mrc").header.origin
origin = mrcfile.open("halves1.mrc").header.origin
centre = h5py.File("modes.h5")["structure/centre"][:]
assert numpy.allclose([origin.x, origin.y, origin.z], centre - 32 * 2.2, atol=1e-3), origin
assert mrcfile.open("map1.mrc").header.origin.x == 0
END
refused 2 '--halves' reconstruct "${set[@]}" -o new.mrc --mask map1.mrc
refused 2 'new_half1.mrc' reconstruct "${set[@]}" -o new.mrc --halves --mask new_half1.mrc
refused 2 'between 0 and 1' reconstruct "${set[@]}" -o other.mrc --halves --mask map1.mrc
[ -z "$(compgen -G 'other*.mrc')" ] || fail "a refused mask leaves maps"
