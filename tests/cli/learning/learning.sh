#!/bin/bash
# train and predict on a small set: the same predictions at any number of ranks, refined ones that find the truth, and
# an error for each file that does not fit.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 40 48 3
train() { ranks 2 train -i set/particles.star -m modes.h5 --seed 3 "$@" >log 2>&1; }
predict() {
  local n=$1
  shift
  ranks "$n" predict -m modes.h5 "$@" >log 2>&1
}
# says WHAT CODE WORDS: the last command gave this code and its log says these words.
says() {
  [ "$2" = 2 ] || { cat log; fail "$1: exit code $2"; }
  grep -q -e "$3" log || { cat log; fail "$1: the error does not say \"$3\""; }
}

ranks 2 align -i set/particles.star -m modes.h5 --modes 7-9 --limit 30 -o labels.h5 >log 2>&1 || { cat log; fail "align"; }
train -l labels.h5 --arch tiny -o network.pt --epochs 6 --batch 16 --stream || { cat log; fail "train gives $?"; }
grep -q 'validation' log || { cat log; fail "train says nothing of the validation particles"; }
compgen -G "network.pt.*.partial" && fail "a temporary file is left"

predict 1 -i set/particles.star -w network.pt -o plain1.h5 || { cat log; fail "predict gives $?"; }
predict 3 -i set/particles.star -w network.pt -o plain3.h5 || { cat log; fail "predict on 3 ranks gives $?"; }
same_particles plain1.h5 plain3.h5 || fail "predictions depend on the number of ranks"
/usr/bin/python3 - <<'END' || fail "the table of predictions is wrong"
import h5py, numpy as np
p = h5py.File("plain1.h5")["particles"]
assert p["amplitudes"].shape == (40, 3) and list(p["amplitudes"].attrs["modes"]) == [7, 8, 9]
assert (p["state"][:] == 1).all() and np.isfinite(p["standard_errors"][:]).all()
assert len(np.unique(p["amplitudes"][:, 0])) > 30, "one answer for all images"
assert (np.abs(p["score"][:]) <= 1).all()
END
predict 2 -i set/particles.star -w network.pt -o refined.h5 --refine || { cat log; fail "predict --refine gives $?"; }
predict 1 -i set/particles.star -w network.pt -o refined1.h5 --refine || { cat log; fail "predict --refine gives $?"; }
same_particles refined.h5 refined1.h5 || fail "refined predictions depend on the number of ranks"
ranks 1 evaluate -i refined.h5 -t set/truth.h5 --json >refined.json || fail "evaluate gives $?"
/usr/bin/python3 - <<'END' || { cat refined.json; fail "refined predictions are far from the truth"; }
import h5py, json, numpy as np
names = ("refined.h5", "plain1.h5", "set/truth.h5")
refined, plain, truth = (h5py.File(n)["particles"]["amplitudes"][:] for n in names)
error, rough = np.abs(refined - truth).mean(), np.abs(plain - truth).mean()
print("mean amplitude error:", error, "Å refined,", rough, "Å from the network alone")
assert error < rough
def share(node):
    if isinstance(node, dict):
        if "share_above_15" in node:
            return node["share_above_15"]
        return next((s for s in map(share, node.values()) if s is not None), None)
# The search steps in where the network errs, so nearly every pose is found.
assert share(json.load(open("refined.json"))) <= 0.1
END

# Networks that cannot be are errors; what a network says that nothing can be is failed, not done.
/usr/bin/python3 "$ELASTEM_SOURCE/tests/cli/learning/garbage.py" network.pt garbage || fail "no garbage"
for network in garbage/*.pt; do
  [ "$network" = garbage/vast.pt ] && continue
  code=0
  (ulimit -v 8000000; predict 1 -i set/particles.star -w "$network" -o garbage.h5) || code=$?
  says "$network" "$code" 'error: .*network'
  [ ! -e garbage.h5 ] || fail "$network leaves an output"
done
predict 1 -i set/particles.star -w garbage/vast.pt -o garbage.h5 || { cat log; fail "predict gives $?"; }
grep -q '40 particles failed: not converged' log || { cat log; fail "impossible answers are not failed"; }
train -l labels.h5 --arch tiny -o diverged.pt --epochs 6 --batch 16 --learning-rate 1e6
says "a learning rate of 1e6" "$?" 'option --learning-rate'

# Images of the same conformations in a larger box of smaller pixels, and in a smaller one, with as much noise per area:
# the network sees them as it knows them, and --refine fits them on their own grid.
other_set() {
  ranks 2 synthesize -m modes.h5 -o "$1/particles.star" -n 40 --modes 7-9 --relation helix --size "$2" --pixel-size "$3" \
    --shift-px "$4" --snr "$5" --psi uniform --seed 7 >log 2>&1 || { cat log; fail "synthesize gives $?"; }
}
other_set fine 90 2 4.5 0.028
other_set narrow 36 3 3 0.178
for set in fine narrow; do
  predict 2 -i $set/particles.star -w network.pt -o "$set.h5" || { cat log; fail "predict of the $set set gives $?"; }
  grep -q "brought to the network's grid" log || { cat log; fail "predict does not tell that images are rescaled"; }
  predict 2 -i $set/particles.star -w network.pt -o "${set}_refined.h5" --refine ||
    { cat log; fail "predict --refine of the $set set gives $?"; }
done
/usr/bin/python3 - <<'END' || fail "other grids are predicted worse"
import h5py, numpy as np
truth = h5py.File("set/truth.h5")["particles/amplitudes"][:]
error = lambda name: np.abs(h5py.File(name)["particles/amplitudes"][:] - truth).mean()
known = error("plain1.h5")
for name in ("fine", "narrow"):
    assert (h5py.File(f"{name}/truth.h5")["particles/amplitudes"][:] == truth).all()
    plain, refined = error(f"{name}.h5"), error(f"{name}_refined.h5")
    print(f"{name}: mean amplitude error {plain:.1f} Å, refined {refined:.1f} Å; {known:.1f} Å on the network's own grid")
    assert plain < 1.2 * known and refined < plain
END

# Two of these sets in one file: each row as in its own set, to the last bit.
/usr/bin/python3 "$ELASTEM_SOURCE/tests/support/merge_sets.py" mixed.star set/particles.star fine/particles.star ||
  fail "merge_sets.py gives $?"
predict 3 -i mixed.star -w network.pt -o mixed.h5 --refine || { cat log; fail "predict of a mixed set gives $?"; }
grep -q "40 particles of 90² pixels of 2 Å are brought to the network's grid" log ||
  { cat log; fail "predict does not say which images are rescaled"; }
/usr/bin/python3 - <<'END' || fail "a mixed set is predicted otherwise than its parts"
import h5py
mixed, first, second = (h5py.File(name)["particles"] for name in ("mixed.h5", "refined.h5", "fine_refined.h5"))
for name in ("amplitudes", "euler_angles", "shifts", "standard_errors", "score", "state"):
    assert (mixed[name][0::2] == first[name][:]).all() and (mixed[name][1::2] == second[name][:]).all(), name
assert mixed["image"].asstr()[0] == "1@set/particles.mrcs", mixed["image"][0]
END

# A part of the particles in another order finds its labels; labels of other images or modes are refused.
/usr/bin/python3 - <<'END'
lines = open("set/particles.star").readlines()
rows = [line for line in lines if "@" in line]
head = lines[:lines.index(rows[0])]
open("set/part.star", "w").writelines(head + rows[:20][::-1])
END
ranks 2 train -i set/part.star -m modes.h5 -l labels.h5 --arch tiny -o part.pt --epochs 1 --batch 8 >log 2>&1 ||
  { cat log; fail "train on a part of the labelled particles gives $?"; }
counted=$(sed -n 's/.*\b\([0-9]\+\) labelled particles, \([0-9]\+\) more.*/\1 \2/p' log)
[ $((${counted/ /+})) = 20 ] || { cat log; fail "not all 20 of a part have their labels: $counted"; }
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_closed_ca.pdb" --atoms ca --modes 9 --motion linear -o other_modes.h5 >log 2>&1 || fail "modes"
refused 2 'labels.h5.*other_modes.h5' train -i set/particles.star -m other_modes.h5 -l labels.h5 -o x.pt
refused 2 'network.pt.*other_modes.h5' predict -i set/particles.star -m other_modes.h5 -w network.pt -o x.h5
refused 2 'labels.h5' train -i fine/particles.star -m modes.h5 -l labels.h5 -o x.pt

predict 2 -i set/particles.star -w network.pt -o plain1.h5
says "an existing output" $? 'plain1.h5 exists'
cp network.pt bad.pt
printf 'X' | dd of=bad.pt bs=1 seek=100000 conv=notrunc status=none
predict 2 -i set/particles.star -w bad.pt -o x.h5
says "a damaged network" $? 'bad.pt is damaged'
predict 3 -i set/particles.star -w modes.h5 -o x.h5
says "a file that is no network" $? 'modes.h5 is not a network of elastem'
predict 1 -i set/particles.star -w missing.pt -o x.h5
says "a missing network" $? 'missing.pt'
sed 's/^\(.*[ \t]\)3\.0*\([ \t]*48\)/\11.2\2/' set/particles.star >set/other.star
cmp -s set/particles.star set/other.star && fail "the optics table is not where this test looks for it"
predict 2 -i set/other.star -w network.pt -o x.h5
says "a box smaller than the molecule" $? 'the molecule is'
train -l network.pt -o x.pt
says "labels that are no table" $? 'network.pt'
train -l labels.h5 -o x.pt --arch smal
says "an unknown architecture" $? 'did you mean small'
train -l labels.h5 -o network.pt
says "an existing network" $? 'network.pt exists'
train -l labels.h5 -o x.pt --stream 1.5
says "a share above 1" $? '--stream'
export CUDA_VISIBLE_DEVICES=  # no GPU, whatever the machine has
train -l labels.h5 -o x.pt --device cuda
says "no GPU" $? 'no CUDA device here'
predict 3 -i set/particles.star -w network.pt -o x.h5 --device cuda
says "no GPU" $? 'no CUDA device here'
predict 2 -i set/particles.star -w network.pt -o x.h5 --device gpu
says "an unknown device" $? 'give auto, cpu or cuda'
train -l labels.h5 --arch tiny -o network.pt --epochs 6 --batch 16 --stream --resume --device cpu ||
  { cat log; fail "train --resume with another --device gives $?"; }
predict 1 -i set/particles.star -w network.pt -o again.h5 || { cat log; fail "predict gives $?"; }
predict 1 -i set/particles.star -w network.pt -o again.h5 --resume --device cpu ||
  { cat log; fail "predict --resume with another --device gives $?"; }
grep -q 'computes on the processor' log || { cat log; fail "predict does not say where the network computes"; }
ranks 1 align -i set/particles.star -m modes.h5 --modes 7-9 --limit 1 -o one.h5 >log 2>&1 || { cat log; fail "align"; }
train -l one.h5 -o x.pt --stream --validation 0 --minutes 1
says "fewer labels than ranks" $? 'cannot be shared by 2 ranks'
train -l labels.h5 -o x.pt --dry-run || { cat log; fail "--dry-run gives $?"; }
[ -e x.pt ] || [ -e x.h5 ] && fail "something was written where nothing should be"
exit 0
