#!/bin/bash
# Training on what a recipe of synthesize makes, without labels and beside them; a training that ends early; an error for
# each combination that does not fit.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 40 48 3 >log 2>&1 || { cat log; fail "no particles"; }
network() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/support/network.py" "$@"; }
cat >set.ini <<'END'
modes = 7-9
size = 48
pixel-size = 3
shift-px = 3   # as the set
snr = 0.1
END
labelled=(-i set/particles.star -l set/truth.h5 --arch tiny --batch 16 --seed 3)

# Without labels: an epoch is 65,536 images, and validated on others of them.
ranks 2 train -m modes.h5 --recipe set.ini --arch tiny -o net.pt --epochs 1 --batch 64 --minutes 0.2 >log 2>&1 ||
  { cat log; fail "train --recipe without labels gives $?"; }
grep -q '100 % of them synthetic' log || { cat log; fail "the log does not say that all images are synthetic"; }
grep -q 'root mean square errors of the validation images' log || { cat log; fail "nothing was validated"; }
ranks 2 predict -i set/particles.star -m modes.h5 -w net.pt -o predictions.h5 >log 2>&1 || { cat log; fail "predict gives $?"; }
/usr/bin/python3 - <<'END' || fail "history or predictions are wrong"
import h5py, numpy as np
history = h5py.File("net.history.h5")["history"]
assert len(history["images"]) == 1 and 64 <= history["images"][0] <= 65536, history["images"][:]
assert np.isfinite(history["validation_loss"][0]) and 0 <= history["validation_found"][0] <= 1
p, truth = h5py.File("predictions.h5")["particles"], h5py.File("set/truth.h5")["particles"]
assert list(p["amplitudes"].attrs["modes"]) == [7, 8, 9] and (p["state"][:] == 1).all()
errors = p["standard_errors"][:]
assert np.isfinite(errors).all() and (errors > 0).all() and len(np.unique(errors[:, 0])) > 30, "one error for all images"
# The recipe's mean is known to an untrained network; the truth lies as its own errors say, which validation measured.
ratio = np.sqrt((((p["amplitudes"][:] - truth["amplitudes"][:]) / errors[:, :3]) ** 2).mean())
print(f"(prediction - truth) / standard error: {ratio:.2f} root mean square")
assert 0.6 < ratio < 1.6, ratio
END
ranks 1 train -m modes.h5 --recipe set.ini --arch tiny -o net.pt --epochs 2 --batch 64 --minutes 0.22 --resume >log 2>&1 ||
  { cat log; fail "train --resume without labels gives $?"; }
network show net.pt | grep -q '^[0-9]* 2 ' || { network show net.pt; fail "a resumed training does not go on"; }
sed 's/^snr.*/snr = 0.2/' set.ini >noisier.ini
refused 2 'recipe' train -m modes.h5 --recipe noisier.ini --arch tiny -o net.pt --epochs 2 --batch 64 --minutes 0.3 --resume

# With labels: all synthetic first, which is another training than one that mixes from the start.
for first in 0 0.5; do
  ranks 2 train -m modes.h5 "${labelled[@]}" --recipe set.ini --stream 0.5 --pretrain "$first" --epochs 4 \
    -o "first$first.pt" >"log$first" 2>&1 || { cat "log$first"; fail "train --pretrain $first gives $?"; }
  grep -q '50 % of them synthetic' "log$first" || { cat "log$first"; fail "the log does not tell the share"; }
done
grep -q 'all of them in the first 50 %' log0.5 || { cat log0.5; fail "the log does not tell of --pretrain"; }
grep -q 'all of them' log0 && { cat log0; fail "the log tells of a --pretrain that was not"; }
network same first0.pt first0.5.pt >same 2>&1 && fail "--pretrain changes nothing"
grep -q 'differ' same || { cat same; fail "the networks cannot be compared"; }
ranks 2 train -m modes.h5 "${labelled[@]}" --stream 0.5 --pretrain 0.5 --epochs 2 -o labels.pt >log 2>&1 ||
  { cat log; fail "--pretrain on images like the labelled ones gives $?"; }

# Few validation particles: their loss soon fails to fall for an epoch.
watched=("${labelled[@]}" --patience 1 --schedule constant --learning-rate 0.004)
ranks 2 train -m modes.h5 "${watched[@]}" --epochs 300 -o early.pt >log 2>&1 || { cat log; fail "train --patience gives $?"; }
grep -q 'the validation loss no longer falls: ends with the weights of epoch' log || { cat log; fail "no early end is told"; }
network ended early.pt 300 >ended || fail "the training did not end early with its best weights"
cat ended
# One that ends there anyway has the same weights, and the same errors for predict's error bars.
ranks 2 train -m modes.h5 "${watched[@]}" --epochs "$(grep -o '[0-9]*$' ended)" -o best.pt >log 2>&1 ||
  { cat log; fail "train gives $?"; }
network best early.pt best.pt || fail "what an early end leaves is not the best epoch's"

base=(train -m modes.h5 -o x.pt)
refused 2 'there is nothing to learn from' "${base[@]}"
refused 2 'belong together' "${base[@]}" -l set/truth.h5
refused 2 'belong together' "${base[@]}" -i set/particles.star
refused 2 'needs synthetic images; give --stream' "${base[@]}" "${labelled[@]}" --pretrain 0.5
refused 2 'leave it out' "${base[@]}" --recipe set.ini --pretrain 0.5
refused 2 'leave it out' "${base[@]}" --recipe set.ini --stream 0.5
refused 2 'needs validation particles' "${base[@]}" "${labelled[@]}" --validation 0 --patience 3
refused 2 'none.ini' "${base[@]}" --recipe none.ini
sed 's/^pixel-size.*/pixel-size = 2.2/' set.ini >coarse.ini
refused 2 "give the recipe the particles' size and pixel-size" "${base[@]}" "${labelled[@]}" --recipe coarse.ini --stream
printf 'relation = structures\nstructures = %s\n' "$ELASTEM_SOURCE/tests/data/ake_closed_ca.pdb" | cat set.ini - >structures.ini
refused 2 'structures have no amplitudes to learn' "${base[@]}" --recipe structures.ini --arch tiny
echo 'sise = 48' | cat set.ini - >misspelt.ini
refused 2 'misspelt.ini:6' "${base[@]}" --recipe misspelt.ini
[ ! -e x.pt ] || fail "an error leaves a network"
exit 0
