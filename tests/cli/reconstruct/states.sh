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
