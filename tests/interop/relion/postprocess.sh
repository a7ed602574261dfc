#!/bin/bash
# relion_postprocess of the half maps has our Fourier shell correlations, without and with a mask, and starts random phases at
# the same shell.
set -u
. "$ELASTEM_SOURCE/tests/interop/relion/relion.sh"
command -v relion_postprocess >/dev/null || { echo "skipped: relion_postprocess is not installed"; exit 77; }
fresh_folder work
particles 600 --amplitude 0 --snr 0.1
/usr/bin/python3 - <<'END' || fail "no mask"
import mrcfile, numpy
z, y, x = numpy.indices((64, 64, 64)) - 32
edge = numpy.clip((45 + 11 - numpy.sqrt(x * x + y * y + z * z) * 2.2) / 11, 0, 1)
with mrcfile.new("mask.mrc") as file:
    file.set_data((0.5 - 0.5 * numpy.cos(numpy.pi * edge)).astype("f4"))
    file.voxel_size = 2.2
END
ranks 2 reconstruct -i set/particles.star -a set/truth.h5 -o map.mrc --halves --mask mask.mrc || fail "reconstruct --halves gives $?"
mkdir post
relion_postprocess --i map_half1.mrc --i2 map_half2.mrc --mask mask.mrc --angpix 2.2 --o post/post >post.log 2>&1
[ -s post/post.star ] || { cat post.log; fail "relion_postprocess gives no result"; }
/usr/bin/python3 - <<'END' || fail "the curves differ from RELION's"
import csv
labels, theirs, randomised, table = [], {}, None, ""
for line in open("post/post.star"):
    words = line.split()
    if line.startswith("data_"):
        labels, table = [], words[0]
    elif line.startswith("_rlnRandomiseFrom"):
        randomised = float(words[1])
    elif line.startswith("_rln"):
        labels.append(words[0][1:])
    elif table == "data_fsc" and len(words) == len(labels) > 3:
        row = dict(zip(labels, words))
        theirs[int(row["rlnSpectralIndex"])] = row
worst = [0, 0]
for row in csv.DictReader(open("map_fsc.csv")):
    if int(row["shell"]) > 28:
        continue  # beyond: noise of few terms in common
    other = theirs[int(row["shell"])]
    for i, (own, label) in enumerate((("unmasked", "UnmaskedMaps"), ("masked", "MaskedMaps"))):
        worst[i] = max(worst[i], abs(float(row[own]) - float(other["rlnFourierShellCorrelation" + label])))
print("largest differences: unmasked %.4f, masked %.4f; phases random from %.2f Å" % (*worst, randomised))
assert worst[0] < 0.03 and worst[1] < 0.03, worst
END
