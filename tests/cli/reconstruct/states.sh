#!/bin/bash
# Maps of the states that a landscape finds and along a quantity, in one pass: each shows the conformation of its own particles,
# their shares add up, half maps come with them, on any number of ranks; what cannot be is refused before anything is written.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
two_states 400
ranks 2 landscape -i a.h5 -m modes.h5 -o land --replicates 0 -q || fail "landscape gives $?"
set=(-i set/particles.star -a a.h5)
for n in 1 3; do
  ranks "$n" reconstruct "${set[@]}" --landscape land --states --halves --regularisation 0.001 --mask-radius 50 -o "states$n/all.mrc" >log 2>&1 ||
    { cat log; fail "--states gives $? on $n ranks"; }
done
grep -q "state 1, [0-9]* particles' worth" log || { cat log; fail "the log does not say how many particles a state has"; }
for name in all_state1.mrc all_state2_half2.mrc all_state2_fsc.csv all_series.cxc; do
  [ -s "states3/$name" ] || fail "$name is missing: $(ls states3)"
done
ranks 2 reconstruct "${set[@]}" --along q7 --frames 3 -o along/all.mrc -q || fail "--along gives $?"
ranks 2 reconstruct "${set[@]}" -o plain.mrc -q || fail "a map gives $?"
PYTHONPATH="$ELASTEM_SOURCE/tests/support" /usr/bin/python3 - <<'END' || fail "the maps"
import csv, h5py, mrcfile, numpy
from density import Model
model = Model("modes.h5", [7, 8], 32, 4.4)
amplitudes = h5py.File("a.h5")["particles/amplitudes"][:]
rows = list(csv.DictReader(open("land/particles.csv")))
state = numpy.array([int(row["state"] or 0) for row in rows])
means = [amplitudes[state == s].mean(axis=0) for s in (1, 2)]
assert abs(means[0][0] - means[1][0]) > 60, means
own = lambda name, q: model.correlation(name, q)[1:14].mean()
for s in (0, 1):
    name = f"states1/all_state{s + 1}.mrc"
    agreement = [own(name, q) for q in means]
    print(name, agreement)
    assert agreement[s] > agreement[1 - s] + 0.1, agreement
    assert agreement[s] > own("plain.mrc", means[s]) + 0.02
ends = [amplitudes[:, 0] < 0, amplitudes[:, 0] > 0]
for name, there in (("along/all_1.mrc", ends[0]), ("along/all_3.mrc", ends[1])):
    q, other = amplitudes[there].mean(axis=0), amplitudes[~there].mean(axis=0)
    assert own(name, q) > own(name, other) + 0.1, name
one, three, plain = (mrcfile.open(name).data for name in ("states1/all.mrc", "states3/all.mrc", "plain.mrc"))
inside = numpy.sqrt(sum(g.astype(float) ** 2 for g in numpy.indices(plain.shape) - 16)) * 4.4 < 50
bound = 4 * numpy.finfo("f4").eps * abs(plain).max()
assert abs(one - three).max() < bound and abs(one - plain)[inside].max() < bound
part, other = (mrcfile.open(f"states{n}/all_state2_half1.mrc").data for n in (1, 3))
assert abs(part - other).max() < 1e-5 * abs(part).max()
END
# Every particle's motion undone, the map of a state shows that state.
ranks 2 reconstruct "${set[@]}" -m modes.h5 --landscape land --states --undo-motion -o undone/all.mrc >log 2>&1 || { cat log; fail "--undo-motion gives $?"; }
[ "$(grep -c 'shows the conformation' log)" = 3 ] || { cat log; fail "not every map has a conformation of its own"; }

refused 2 '--landscape' reconstruct "${set[@]}" --states -o new/all.mrc
refused 2 '--landscape' reconstruct "${set[@]}" --along path_1_2 -o new/all.mrc
refused 2 '--frames' reconstruct "${set[@]}" --frames 4 -o new/all.mrc
refused 2 'there is no q77\|no mode 77' reconstruct "${set[@]}" --along q77 -o new/all.mrc
refused 2 'path' reconstruct "${set[@]}" --along path_1_9 --landscape land -o new/all.mrc
refused 2 'no particle of' reconstruct "${set[@]}" --halves --selection 'row == 1' -o new/all.mrc
[ -z "$(compgen -G 'new/*')" ] || fail "a refused run leaves $(ls new)"
mkdir there && touch there/all_state2.mrc
refused 2 'all_state2.mrc' reconstruct "${set[@]}" --landscape land --states -o there/all.mrc
[ ! -e there/all.mrc ] || fail "a map is written though another was in the way"

# Between the two states is hardly a particle: no map of what is not there, and no end of the rest.
ranks 2 reconstruct "${set[@]}" --along q7 --frames 20 --halves -o gap/all.mrc >log 2>&1 || { cat log; fail "frames without particles give $?"; }
grep -q 'no map of frame .* in one of the halves' log || { cat log; fail "the log does not say which maps are missing"; }
[ -s gap/all_1.mrc ] && [ -s gap/all_20_half2.mrc ] && [ ! -e gap/all_9.mrc ] || fail "other maps than there are particles for: $(ls gap)"
! grep -q 'all_9.mrc' gap/all_series.cxc || fail "the script opens a map that is not there"
ranks 1 reconstruct "${set[@]}" --landscape land --states --selection 'state == 1' -o one/all.mrc -q || fail "a state without particles gives $?"
[ -s one/all_state1.mrc ] && [ ! -e one/all_state2.mrc ] || fail "a map of a state without particles"
refused 2 'takes part' reconstruct "${set[@]}" --landscape land --states --halves --selection 'row == 1' -o new/all.mrc

# Stacks of a single image each: halves of as many particles, the same on any number of ranks.
/usr/bin/python3 - <<'END' || fail "no stacks of one image"
import os, re, mrcfile, numpy
os.mkdir("single")
images = mrcfile.open("set/particles.mrcs").data
text = open("set/particles.star").read()
for i in range(len(images)):
    with mrcfile.new(f"single/p{i + 1}.mrcs") as file:
        file.set_data(images[i : i + 1].copy())
        file.set_image_stack()
        file.voxel_size = 4.4
open("single/particles.star", "w").write(re.sub(r"0*(\d+)@\S+", r"1@p\1.mrcs", text))
END
ranks 2 align -i single/particles.star -m modes.h5 --modes 7-8 --angular-step 18 -o single.h5 -q || fail "align gives $?"
for n in 1 3; do
  ranks "$n" reconstruct -i single/particles.star -a single.h5 --halves --regularisation 0.001 -o "single/map$n.mrc" -q || fail "single images give $? on $n ranks"
done
ranks 2 reconstruct "${set[@]}" --halves --regularisation 0.001 -o stack.mrc -q || fail "a map gives $?"
/usr/bin/python3 - <<'END' || fail "halves of stacks of one image"
import mrcfile
read = lambda name: mrcfile.open(name).data
for half in (1, 2):
    stack, one, three = (read(f"{name}_half{half}.mrc") for name in ("stack", "single/map1", "single/map3"))
    assert abs(one - three).max() < 1e-5 * abs(one).max() and abs(one - stack).max() < 0.05 * abs(one).max(), half
END

refused 2 'no amplitudes of mode 12' reconstruct "${set[@]}" -m modes.h5 --undo-motion --at 12=1 --dry-run -o new/all.mrc
refused 2 '--local-window' reconstruct "${set[@]}" --halves --local-resolution --local-window 900 --dry-run -o new/all.mrc
refused 2 '.gz' reconstruct "${set[@]}" -o new/all.mrc.gz
