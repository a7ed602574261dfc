#!/bin/bash
# align --rebase auto: of a molecule that moves along none of the fitted modes, reference and modes are learnt from the images,
# which brings the atoms nearer to the truth; the same bits on any number of ranks; the file serves the commands after it.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 30 -o modes.h5 -q || fail "modes gives $?"
# Conformations about 2 Å beside the structure, 4 Å apart along five modes together; the first two alone are fitted.
/usr/bin/python3 - <<'END' || fail "no conformations"
import h5py, numpy
file = h5py.File("modes.h5")
atoms, vectors = file["structure/positions"][:], file["modes/vectors"][:]
names = zip(*(file["structure/" + name].asstr()[:] for name in ("atom_name", "residue_name", "chain")), file["structure/residue_number"][:])
names = list(names)
side = [10, -15, 0, 20, -10, 12]
with open("path.pdb", "w") as pdb:
    for model, t in enumerate(numpy.linspace(-45, 45, 15)):
        q = numpy.array([1, 0.3, 0.6, -0.4, 0.5, 0]) * t + side
        pdb.write(f"MODEL {model + 1:8d}\n")
        for i, ((atom, residue, chain, number), x) in enumerate(zip(names, atoms + numpy.tensordot(q, vectors[:6], 1))):
            pdb.write(f"ATOM  {i + 1:5d}  {atom:3s} {residue:3s} {chain:1s}{number:4d}    {x[0]:8.3f}{x[1]:8.3f}{x[2]:8.3f}  1.00  0.00           C\n")
        pdb.write("ENDMDL\n")
END
ranks 2 synthesize -m modes.h5 --modes 7-8 --relation structures --structures path.pdb -o set/particles.star -n 120 --size 48 \
  --pixel-size 3 --snr 0.3 --psi uniform --shift-px 3 --seed 5 -q || fail "synthesize gives $?"
align() { ranks "$1" align -i set/particles.star -m modes.h5 --modes 7-8 --angular-step 15 --learn-prior "${@:2}" >log 2>&1; }
rmsd() {
  ranks 1 evaluate -i "$1" -t set/truth.h5 --structures path.pdb -m "$2" --accept-mismatch --json 2>evaluate.log |
    /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["all"]["rmsd"]["mean"])'
}

align 2 -o plain.h5 || { cat log; fail "align gives $?"; }
align 2 -o rebased.h5 --rebase auto || { cat log; fail "align --rebase gives $?"; }
grep -q '^rebase 1: ' log || { cat log; fail "the log does not tell of the rounds"; }
grep -q 'elastem landscape -i rebased.h5 -m rebased_modes.h5' log || { cat log; fail "the next step does not name the modes"; }
before=$(rmsd plain.h5 modes.h5) after=$(rmsd rebased.h5 rebased_modes.h5)
echo "RMSD $before Å with two modes, $after Å with those that were learnt"
awk "BEGIN { exit !($after < 0.6 * $before) }" || fail "the rebased model is hardly better"

align 3 -o other.h5 --rebase auto || { cat log; fail "align --rebase gives $? on 3 ranks"; }
same_tables rebased.h5 other.h5 || fail "the table differs on 3 ranks"
h5diff -q rebased_modes.h5 other_modes.h5 /modes /modes && h5diff -q rebased_modes.h5 other_modes.h5 /structure /structure ||
  fail "the modes differ on 3 ranks"

# The modes stand there once, and are taken again where a run is resumed; of other particles they are refused.
rm rebased.h5
refused 2 "rebased_modes.h5" align -i set/particles.star -m modes.h5 --modes 7-8 --angular-step 15 --learn-prior -o rebased.h5 --rebase auto
align 2 -o rebased.h5 --rebase auto --resume || { cat log; fail "align --rebase --resume gives $?"; }
grep -q '^rebase 1: ' log && fail "a resumed run learns modes again"
same_tables rebased.h5 other.h5 || fail "the resumed table differs"
rm rebased.h5
refused 2 "limit" align -i set/particles.star -m modes.h5 --modes 7-8 --angular-step 15 --learn-prior -o rebased.h5 --rebase auto --resume --limit 100

ranks 1 landscape -i other.h5 -m other_modes.h5 -o landscape -q >log 2>&1 || { cat log; fail "landscape gives $?"; }
align 2 -o few.h5 --rebase auto --limit 20 || { cat log; fail "align --rebase of few particles gives $?"; }
grep -q 'too few to learn modes from' log || { cat log; fail "nothing is said of too few particles"; }
exit 0
