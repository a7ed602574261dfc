#!/bin/bash
# elastem export of a particle file: STAR 3.0, STAR 3.1 and XMD into each other lose nothing, on any number of ranks;
# ContinuousFlex' negative defocus is read with the other sign, or warned of.
set -u
# shellcheck source=tests/support/script.sh
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 300 16 8.8
mkdir -p out

# convert N INPUT OUTPUT ARGUMENTS…
convert() {
  local n=$1 input=$2 output=$3
  shift 3
  ranks "$n" export -i "$input" -o "$output" "$@" -q || fail "export of $input to $output gives $?"
}
# an own column, and two optics groups
awk '/^_rlnOriginYAngst/ {print; print "_someoneElses #13"; next}
     /^opticsGroup1/ {print; sub("opticsGroup1 1", "second 2"); sub("200.000000", "300"); print; next}
     /@/ {$2 = 1 + NR % 2; print $0, "\"it is " NR "\""; next} {print}' set/truth.star >set/rich.star
convert 1 set/rich.star out/one.star
convert 3 set/rich.star out/three.star
cmp out/one.star out/three.star || fail "the copy depends on the ranks"
convert 2 out/one.star set/back.star
diff <(grep @ set/rich.star | tr -d \"\') <(grep @ set/back.star | tr -d \"\') >/dev/null || fail "a row of the copy differs"
convert 1 set/rich.star out/one.xmd
convert 3 set/rich.star out/three.xmd
cmp out/one.xmd out/three.xmd || fail "the XMD depends on the ranks"
convert 2 out/one.xmd out/back.star
convert 3 out/back.star out/again.xmd

/usr/bin/python3 - <<'END_OF_PYTHON' || fail "a column is not what it was"
import shlex
def tables(path):
    found, labels, rows = {}, [], []
    for line in open(path):
        if line.startswith("data_"): labels, rows = [], []; found[line.strip()] = (labels, rows)
        elif line.strip().startswith("_"): labels.append(line.split()[0][1:])
        elif line.strip() and not line.startswith("#") and line.strip() != "loop_": rows.append(shlex.split(line))
    return {name: {l: [r[i] for r in rows] for i, l in enumerate(labels)} for name, (labels, rows) in found.items()}
first, back = tables("set/rich.star"), tables("out/back.star")
for block in ("data_optics", "data_particles"):
    for label, values in first[block].items():
        assert label in back[block], label
        if label == "rlnImageName": values = [v.replace("@", "@../set/") for v in values]
        assert back[block][label] == values, (label, back[block][label][:3], values[:3])
x, again = tables("out/one.xmd")["data_noname"], tables("out/again.xmd")["data_noname"]
assert {k: v for k, v in again.items()} == x, [k for k in x if again.get(k) != x[k]]
assert len(x["image"]) == 300 and set(x["ctfVoltage"]) == {"200.000000", "300"}
print("ok: 300 particles through STAR and XMD and back")
END_OF_PYTHON

# STAR 3.0
{
  printf 'data_\nloop_\n'
  printf '_%s\n' rlnImageName rlnVoltage rlnSphericalAberration rlnAmplitudeContrast rlnDefocusU rlnDetectorPixelSize \
    rlnMagnification rlnOriginX rlnOriginY rlnSomething
  for i in 1 2 3 4 5; do echo "$i@particles.mrcs $((200 + 100 * (i % 2))) 2 0.1 1000$i.125 8.8 10000 $i -2 x$i"; done
} >set/old.star
convert 1 set/old.star out/new1.star
convert 3 set/old.star out/new3.star
cmp out/new1.star out/new3.star || fail "the converted STAR 3.0 depends on the ranks"
grep -q '^1@../set/particles.mrcs 1 10001.125 8.800000 -17.600000 x1$' out/new1.star || { cat out/new1.star; fail "STAR 3.0 is converted otherwise"; }
[ "$(grep -c '^opticsGroup' out/new1.star)" = 2 ] || fail "not two optics groups"

# Corrected images, of which XMD has other words
for correction in "phase-flip phases.flipped ctfPhaseFlipped" "premultiply premultiplied elastemCtfPremultiplied" \
  "wiener Wiener ctfCorrected"; do
  read -r name said label <<<"$correction"
  ranks 1 synthesize -m modes.h5 -o "$name/p.star" -n 3 --modes 7-9 --size 16 --pixel-size 8.8 --ctf-correction "$name" -q ||
    fail "synthesize gives $?"
  convert 1 "$name/p.star" "$name/p.xmd"
  convert 2 "$name/p.xmd" "$name/q.star"
  grep -q "^ _$label$" "$name/p.xmd" || fail "no $label in $name/p.xmd"
  for file in p.star p.xmd q.star; do
    ranks 1 inspect "$name/$file" | grep -q "images: 3 $said" || fail "$name/$file does not say $said"
  done
done

# ContinuousFlex
sed 's/ 5000.000000 5000.000000 / -5000 -5000 /; s/ 0.100000 / -0.113 /' out/one.xmd >out/negative.xmd
convert 2 out/negative.xmd out/positive.xmd --negative-defocus
sed 's/ 5000.000000 5000.000000 / 5000 5000 /; s/ 0.100000 / 0.113 /' out/one.xmd | cmp - out/positive.xmd || fail "the defocus has not the other sign"
ranks 2 align -i out/negative.xmd -m modes.h5 --modes 7-9 -o a.h5 --limit 2 2>log || { cat log; fail "align gives $?"; }
grep -q 'every defocus is negative.*--negative-defocus' log || { cat log; fail "no warning of negative defocus"; }
refused 2 'a.h5.*negative-defocus' align -i out/negative.xmd -m modes.h5 --modes 7-9 -o a.h5 --limit 2 --resume --negative-defocus
ranks 1 align -i out/negative.xmd -m modes.h5 --modes 7-9 -o b.h5 --limit 2 --negative-defocus 2>log || fail "align gives $?"
grep -q 'defocus' log && { cat log; fail "a warning that is not wanted"; }
# The same of a STAR file, whose contrast stands in the optics table.
sed '/@/s/ 5000.000000 5000.000000 / -5000.000000 -5000.000000 /; /^opticsGroup1/s/ 0.100000 / -0.100000 /' set/truth.star >set/negative.star
cmp -s set/truth.star set/negative.star && fail "the defocus is as it was"
convert 2 set/negative.star set/turned.star --negative-defocus
convert 1 set/truth.star set/same.star
cmp set/same.star set/turned.star || fail "the defocus of the STAR file has not the other sign"
ranks 1 align -i set/negative.star -m modes.h5 --modes 7-9 -o c.h5 --limit 2 2>log || { cat log; fail "align gives $?"; }
grep -q 'column [0-9]*, _rlnDefocusU,.*give --negative-defocus' log || { cat log; fail "no warning of a STAR file's negative defocus"; }
refused 1 'is read as well' export -i set/rich.star -o set/../set/rich.star --overwrite
echo "ok"
