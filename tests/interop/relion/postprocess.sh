#!/bin/bash
# relion_postprocess of the half maps has our Fourier shell correlations, without and with a mask, starts random phases at the
# same shell, makes our map with our B-factor, and finds our local resolution.
set -u
. "$ELASTEM_SOURCE/tests/interop/relion/relion.sh"
command -v relion_postprocess >/dev/null || { echo "skipped: relion_postprocess is not installed"; exit 77; }
fresh_folder work
particles 2000 --amplitude 0 --snr 0.2
/usr/bin/python3 - <<'END' || fail "no mask"
import mrcfile, numpy
z, y, x = numpy.indices((64, 64, 64)) - 32
edge = numpy.clip((45 + 11 - numpy.sqrt(x * x + y * y + z * z) * 2.2) / 11, 0, 1)
with mrcfile.new("mask.mrc") as file:
    file.set_data((0.5 - 0.5 * numpy.cos(numpy.pi * edge)).astype("f4"))
    file.voxel_size = 2.2
END
ranks 2 reconstruct -i set/particles.star -a set/truth.h5 -o map.mrc --halves --mask mask.mrc \
  --local-resolution --local-window 25 --local-step 25 || fail "reconstruct --halves gives $?"
ranks 2 reconstruct -i set/particles.star -a set/truth.h5 -o bare.mrc --halves --b-factor -80 || fail "--b-factor gives $?"
mkdir post
highest=$(/usr/bin/python3 -c "import json; print(json.load(open('map_postprocess.json'))['resolution']['fsc_0.143'])")
relion_postprocess --i map_half1.mrc --i2 map_half2.mrc --mask mask.mrc --angpix 2.2 --auto_bfac --autob_highres "$highest" \
  --low_pass "$highest" --o post/post >post.log 2>&1
[ -s post/post.star ] || { cat post.log; fail "relion_postprocess gives no result"; }
relion_postprocess --i bare_half1.mrc --i2 bare_half2.mrc --angpix 2.2 --adhoc_bfac -80 \
  --low_pass "$(/usr/bin/python3 -c "import json; print(json.load(open('bare_postprocess.json'))['resolution']['fsc_0.143'])")" \
  --o post/bare >post.log 2>&1
[ -s post/bare.mrc ] || { cat post.log; fail "relion_postprocess without a mask gives no map"; }
relion_postprocess --locres --i map_half1.mrc --i2 map_half2.mrc --angpix 2.2 --locres_sampling 25 \
  --locres_randomize_at "$(sed -n 's/^_rlnRandomiseFrom *//p' map_postprocess.star)" --o post/local >post.log 2>&1
[ -s post/local_locres.mrc ] || { cat post.log; fail "relion_postprocess gives no local resolution"; }
relion_star_printtable map_postprocess.star data_guinier rlnLogAmplitudesSharpened >table || fail "RELION does not read the report"
[ "$(wc -l <table)" -ge 32 ] || fail "RELION reads $(wc -l <table) lines of the report"
/usr/bin/python3 - <<'END' || fail "what is made of the halves differs from RELION's"
import json, mrcfile, numpy

def star(path):
    general, tables, table, labels = {}, {}, "", []
    for line in open(path):
        words = line.split()
        if line.startswith("data_"):
            labels, table = [], words[0]
            tables[table] = []
        elif line.startswith("_rln") and table == "data_general":
            general[words[0][1:]] = words[1]
        elif line.startswith("_rln"):
            labels.append(words[0][1:])
        elif labels and len(words) == len(labels):
            tables[table].append(dict(zip(labels, map(float, words))))
    return general, tables

(own, own_tables), (theirs, their_tables) = star("map_postprocess.star"), star("post/post.star")
for label in ("UnmaskedMaps", "MaskedMaps"):
    label = "rlnFourierShellCorrelation" + label
    worst = max(abs(a[label] - b[label]) for a, b in zip(own_tables["data_fsc"][1:], their_tables["data_fsc"][1:]))
    print(f"largest difference of {label}: {worst:.6f}")
    assert worst < 1e-4, worst  # maps are floats
for label in ("rlnRandomiseFrom", "rlnBfactorUsedForSharpening", "rlnFinalResolution"):
    print(label, own[label], theirs[label])
assert abs(float(own["rlnRandomiseFrom"]) - float(theirs["rlnRandomiseFrom"])) < 1e-4  # a header's pixel size is a float
ratio = float(own["rlnBfactorUsedForSharpening"]) / float(theirs["rlnBfactorUsedForSharpening"])
assert abs(ratio - 1) < 0.02, ratio
assert float(own["rlnBfactorUsedForSharpening"]) < -20
# RELION names the last shell that is above, we where the curve falls below.
assert 0 <= 1 / float(own["rlnFinalResolution"]) - 1 / float(theirs["rlnFinalResolution"]) <= 1 / (64 * 2.2)
worst = max(abs(a["rlnLogAmplitudesOriginal"] - b["rlnLogAmplitudesOriginal"])
            for a, b in zip(own_tables["data_guinier"], their_tables["data_guinier"]))
assert worst < 1e-3, worst
for name in ("map", "bare"):
    a = mrcfile.open(name + "_postprocess.mrc").data
    b = mrcfile.open({"map": "post/post.mrc", "bare": "post/bare.mrc"}[name]).data
    correlation = numpy.corrcoef(a.ravel(), b.ravel())[0, 1]
    print(f"{name}: correlation of the sharpened maps {correlation:.5f}, scale {(a * b).sum() / (b * b).sum():.4f}")
    # B-factors differ by what phases are random, which weighs in the finest shells.
    assert correlation > {"map": 0.99, "bare": 0.999}[name], correlation
    assert abs((a * b).sum() / (b * b).sum() - 1) < 0.05
mask = mrcfile.open("mask.mrc").data > 0.5
own, theirs = mrcfile.open("map_local_resolution.mrc").data[mask], mrcfile.open("post/local_locres.mrc").data[mask]
correlation = numpy.corrcoef(1 / own, 1 / theirs)[0, 1]
print(f"local resolution: median {numpy.median(own):.2f} Å, RELION's {numpy.median(theirs):.2f} Å, correlation {correlation:.3f}")
# RELION draws each window's value over the whole window, and takes the last shell above the threshold.
assert abs(numpy.median(own) / numpy.median(theirs) - 1) < 0.1 and correlation > 0.8
assert json.load(open("bare_postprocess.json"))["b_factor"] == -80
END
