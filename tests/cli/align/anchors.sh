#!/bin/bash
# align -m A -m B: the way from one known conformation to the other is a mode, so that images of the transition are explained;
# the same bits on any number of ranks. elastem rebase: a conformation of a result becomes a structure with modes of its own,
# which serves as such a second conformation.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 20 -o modes.h5 -q || fail "modes gives $?"
# The other conformation lies 5 Å away along modes that are not fitted, the transition is the straight way there.
/usr/bin/python3 - <<'END' || fail "no conformations"
import h5py, numpy
file = h5py.File("modes.h5")
atoms, vectors = file["structure/positions"][:], file["modes/vectors"][:]
names = list(zip(*(file["structure/" + name].asstr()[:] for name in ("atom_name", "residue_name", "chain")), file["structure/residue_number"][:]))
way = numpy.tensordot([10, -5, 30, 25, -25, 20], vectors[:6], 1)
way *= 5 * numpy.sqrt(len(atoms)) / numpy.linalg.norm(way)
def write(pdb, x, model=None):
    if model: pdb.write(f"MODEL {model:8d}\n")
    for i, ((atom, residue, chain, number), r) in enumerate(zip(names, x)):
        pdb.write(f"ATOM  {i + 1:5d}  {atom:3s} {residue:3s} {chain:1s}{number:4d}    {r[0]:8.3f}{r[1]:8.3f}{r[2]:8.3f}  1.00  0.00           C\n")
    if model: pdb.write("ENDMDL\n")
with open("other.pdb", "w") as pdb: write(pdb, atoms + way)
with open("path.pdb", "w") as pdb:
    for model, t in enumerate(numpy.linspace(0, 1, 11)): write(pdb, atoms + t * way, model + 1)
END
ranks 1 modes -i other.pdb --atoms ca --modes 8 -o other.h5 -q || fail "modes gives $?"
ranks 2 synthesize -m modes.h5 --modes 7-8 --relation structures --structures path.pdb -o set/particles.star -n 60 --size 48 \
  --pixel-size 3 --snr 0.3 --psi uniform --shift-px 3 --seed 5 -q || fail "synthesize gives $?"
align() { ranks "$1" align -i set/particles.star --modes 7-8 --angular-step 15 --learn-prior "${@:2}" >log 2>&1; }
rmsd() {
  ranks 1 evaluate -i "$1" -t set/truth.h5 --structures path.pdb -m "$2" --accept-mismatch --json 2>evaluate.log |
    /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["all"]["rmsd"]["mean"])'
}

align 2 -m modes.h5 -o plain.h5 || { cat log; fail "align gives $?"; }
align 2 -m modes.h5 -m other.h5 -o both.h5 || { cat log; fail "align of two conformations gives $?"; }
grep -q 'elastem landscape -i both.h5 -m both_modes.h5' log || { cat log; fail "the next step does not name the modes"; }
before=$(rmsd plain.h5 modes.h5) after=$(rmsd both.h5 both_modes.h5)
echo "RMSD $before Å from one conformation, $after Å from both"
awk "BEGIN { exit !($after < 0.5 * $before) }" || fail "the other conformation hardly helps"
align 3 -m modes.h5 -m other.h5 -o three.h5 || { cat log; fail "align gives $? on 3 ranks"; }
same_tables both.h5 three.h5 || fail "the table differs on 3 ranks"
rm both.h5
align 2 -m modes.h5 -m other.h5 -o both.h5 --resume || { cat log; fail "--resume gives $?"; }
same_tables both.h5 three.h5 || fail "the resumed table differs"
rm both.h5
ranks 1 modes -i other.pdb --atoms ca --modes 9 -o other2.h5 -q || fail "modes gives $?"
refused 2 'known_conformation_2' align -i set/particles.star --modes 7-8 --angular-step 15 --learn-prior -m modes.h5 -m other2.h5 -o both.h5 --resume
refused 2 'other.h5' align -i set/particles.star --modes 7-8 -m other.h5 -m other.h5 -o new.h5
ranks 1 align -i set/particles.star --modes 7-8 -m modes.h5 -m other.h5 -o planned.h5 --dry-run 2>log || { cat log; fail "--dry-run gives $?"; }
grep -q 'planned.h5 and planned_modes.h5 would be written' log || { cat log; fail "--dry-run does not name the files"; }
grep -q 'mode 7: the way to other.h5' log || { cat log; fail "--dry-run does not speak of the other conformation"; }
ranks 1 align -i set/particles.star --modes 7-8 -m modes.h5 -o planned.h5 --rebase auto --dry-run 2>log || { cat log; fail "--dry-run gives $?"; }
grep -q 'planned.h5 and planned_modes.h5 would be written' log || { cat log; fail "--dry-run does not name the files"; }
grep -q 'on top the time of --rebase auto; nothing was written' log || { cat log; fail "--dry-run leaves the rebase out"; }
[ ! -e planned.h5 ] && [ ! -e planned_modes.h5 ] || fail "--dry-run writes"
head -60 other.pdb >part.pdb
ranks 1 modes -i part.pdb --atoms ca --modes 8 -o part.h5 -q || fail "modes gives $?"
refused 2 'part.h5 has 60 of the' align -i set/particles.star --modes 7-8 -m modes.h5 -m part.h5 -o new.h5

# A conformation of the result, there and as modes.
ranks 2 rebase -i three.h5 -m three_modes.h5 --frames 4 --frame 4 --modes 10 -o anchor.h5 >log 2>&1 || { cat log; fail "rebase gives $?"; }
grep -q 'the mean of 15 particles' log || { cat log; fail "a quarter of 60 particles are 15"; }
ranks 1 rebase -i three.h5 -m three_modes.h5 --at 8=40,7=-30 -o place.h5 >log 2>&1 || { cat log; fail "rebase --at gives $?"; }
/usr/bin/python3 - <<'END' || fail "the new references are wrong"
import h5py, numpy
def atoms(path): return h5py.File(path)["structure/positions"][:]
def rmsd(a, b):
    a, b = a - a.mean(0), b - b.mean(0)
    u, s, v = numpy.linalg.svd(a.T @ b)
    s[-1] *= numpy.sign(numpy.linalg.det(u @ v))
    return numpy.sqrt(max(0, (a**2).sum() + (b**2).sum() - 2 * s.sum()) / len(a))
start, first, last, place = (atoms(f"{name}.h5") for name in ("modes", "three_modes", "anchor", "place"))
ends = [rmsd(last, atoms("other.h5")), rmsd(last, start)]
print("the last quarter is %.2f and %.2f Å from the ends" % tuple(ends))
# The mean of a quarter lies an eighth of the way, 0.6 Å, from one end; an Å is for noise.
assert min(ends) < 1.6 and max(ends) > 3
# Amplitudes of 50 Å together move atoms by 50/sqrt(N); restoring bonds and curves changes less than a third of that.
moved = rmsd(first, place) * len(first) ** 0.5
assert 33 < moved < 60, moved
near = numpy.linalg.norm(numpy.diff(first, axis=0), axis=1) < 4.5  # not across a gap
distances = numpy.linalg.norm(numpy.diff(place, axis=0), axis=1)
now = numpy.linalg.norm(numpy.diff(first, axis=0), axis=1)
assert abs(distances / now - 1)[near].max() < 0.011
assert list(h5py.File("anchor.h5")["modes/numbers"]) == [7, 8, 9, 10]
END
align 2 -m modes.h5 -m anchor.h5 -o again.h5 || { cat log; fail "align with the new reference gives $?"; }
refused 2 '--overwrite' rebase -i three.h5 -m three_modes.h5 -o anchor.h5
refused 2 '--at' rebase -i three.h5 -m three_modes.h5 --at 99=1 -o new.h5
refused 2 '--frame' rebase -i three.h5 -m three_modes.h5 --at 7=1 --frame 2 -o new.h5
refused 2 'frames' rebase -i three.h5 -m three_modes.h5 --frame 11 -o new.h5
refused 2 'modes.h5' rebase -i three.h5 -m modes.h5 -o new.h5
refused 2 'frames: says how many models.*--frame N' rebase -i three.h5 -m three_modes.h5 --frames 4 -o new.h5
refused 2 'mode 9999 was asked for' rebase -i three.h5 -m three_modes.h5 --modes 9999 -o new.h5
[ ! -e new.pdb ] || fail "a refused rebase leaves a structure"
ranks 1 rebase -i three.h5 -m three_modes.h5 -o new.h5 --dry-run >log 2>&1 || { cat log; fail "--dry-run gives $?"; }
grep -q 'new.pdb and new.h5 would be written' log || { cat log; fail "--dry-run does not name both files"; }
[ ! -e new.h5 ] && [ ! -e new.pdb ] || fail "--dry-run writes"
exit 0
