#!/bin/bash
# The residual map shows a domain that the model lacks where it is, and nothing with the whole model.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
whole=$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb
awk '!/^ATOM/ || substr($0, 23, 4) + 0 < 31 || substr($0, 23, 4) + 0 > 58' "$whole" >part.pdb
for model in whole part; do
  structure=$whole
  [ $model = part ] && structure=part.pdb
  ranks 1 modes -i "$structure" --atoms ca --modes 9 -o $model.h5 -q || fail "modes gives $?"
done
ranks 2 synthesize -m whole.h5 --modes 7-9 --amplitude 60 -n 500 --size 48 --pixel-size 3 --snr 0.2 --defocus 6000-12000 \
  --bounds none --seed 4 -o set/particles.star -q || fail "synthesize gives $?"
for model in whole part; do
  ranks 2 align -i set/particles.star -m $model.h5 --modes 7-9 -o $model.align.h5 -q || fail "align gives $?"
done
for n in 1 3; do
  ranks "$n" reconstruct -i set/particles.star -a part.align.h5 -m part.h5 --residual --halves -o "part$n/map.mrc" >log 2>&1 ||
    { cat log; fail "--residual gives $?"; }
done
grep -q 'the images hold most that the model lacks, by [0-9.]* standard deviations' log || { cat log; fail "the log does not tell"; }
ranks 2 reconstruct -i set/particles.star -a part.align.h5 -m part.h5 --residual --undo-motion --halves -o undone/map.mrc -q || fail "with --undo-motion it gives $?"
ranks 2 reconstruct -i set/particles.star -a whole.align.h5 -m whole.h5 --residual --halves -o whole/map.mrc >log 2>&1 || fail "the whole model gives $?"
grep -q 'hold nothing certain that the model does not' log || { cat log; fail "the whole model lacks something"; }
/usr/bin/python3 - "$whole" <<'END' || fail "the peaks"
import csv, sys, mrcfile, numpy
atoms = [line for line in open(sys.argv[1]) if line.startswith("ATOM") and 31 <= int(line[22:26]) <= 58]
place = numpy.array([[float(line[c : c + 8]) for c in (30, 38, 46)] for line in atoms]).mean(axis=0)
for folder in ("part1", "part3", "undone"):
    first = next(csv.DictReader(open(f"{folder}/map_peaks.csv")))
    distance = numpy.linalg.norm(numpy.array([float(first[c]) for c in "xyz"]) - place)
    print(folder, first, f"{distance:.1f} Å from the middle of the domain")
    assert float(first["significance"]) > 6 and distance < 12
one, three = (mrcfile.open(f"part{n}/map_significance.mrc").data for n in (1, 3))
assert abs(one - three).max() < 1e-3 * abs(one).max()
END
refused 2 '--modes-file' reconstruct -i set/particles.star -a part.align.h5 --residual -o new.mrc
