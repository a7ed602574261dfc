#!/bin/bash
# Structure files as people bring them: two molecules under one chain name, pseudoatoms of a file through the whole chain.
set -u
# shellcheck source=tests/support/script.sh
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
open="$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb"

/usr/bin/python3 - "$open" <<'END' || fail "there are no files"
import sys
atoms = [line for line in open(sys.argv[1]) if line.startswith("ATOM")]
def moved(line, shift, chain=None):
    xyz = "".join("%8.3f" % (float(line[30 + 8 * i:38 + 8 * i]) + shift[i]) for i in range(3))
    return line[:21] + (chain or line[21]) + line[22:30] + xyz + line[54:]
first = [moved(line, (0, 0, 0), " ") for line in atoms]
second = [moved(line, (30, 15, 0), " ") for line in atoms]
open("twins.pdb", "w").writelines(first + ["TER\n"] + second + ["TER\n"])
open("no_ter.pdb", "w").writelines(first + second)
open("named.pdb", "w").writelines([moved(line, (0, 0, 0), "A") for line in atoms] +
                                  [moved(line, (30, 15, 0), "B") for line in atoms])
END
for name in twins no_ter named; do
  ranks 1 modes -i $name.pdb --atoms ca --modes 9 --block-residues 3 -o $name.h5 2>log.txt || fail "$name gives $?: $(cat log.txt)"
done
/usr/bin/python3 - <<'END' || fail "the names of chains change the modes"
import h5py, numpy
twins, no_ter, named = (h5py.File(name + ".h5", "r") for name in ("twins", "no_ter", "named"))
assert len(twins["structure/weights"]) == 422
for other in (no_ter, named):
    # 846·ε of the largest eigenvalue, below 200
    assert abs(twins["modes/eigenvalues"][:] - other["modes/eigenvalues"][:]).max() < 10 * 846 * 2.3e-16 * 200
assert len(numpy.unique(twins["structure/residue"][:])) == 422 and set(twins["structure/molecule"][:]) == {0, 1}
END
ranks 1 inspect no_ter.pdb >out.txt || fail "inspect gives $?"
grep -q '422 atoms in 422 residues of 2 molecules' out.txt && grep -q '211 residues bear the chain name and number' out.txt ||
  fail "inspect says $(cat out.txt)"

# A target that is the structure moved by its own mode: the overlap is 1 only if each atom meets itself.
/usr/bin/python3 - <<'END' || fail "there is no target"
import h5py
vector = h5py.File("twins.h5", "r")["modes/vectors"][0]
atom = 0
with open("target.pdb", "w") as out:
    for line in open("twins.pdb"):
        if line.startswith("ATOM"):
            xyz = [float(line[30 + 8 * i:38 + 8 * i]) + 40 * vector[atom][i] for i in range(3)]
            line = line[:30] + "%8.3f%8.3f%8.3f" % tuple(xyz) + line[54:]
            atom += 1
        out.write(line)
END
ranks 1 modes -i twins.pdb --atoms ca --modes 9 --block-residues 3 -o again.h5 --target target.pdb --report report 2>log.txt ||
  fail "--target gives $?: $(cat log.txt)"
grep -Eq '^ +7 +(1\.000|0\.99[89]) ' log.txt || fail "the overlap is not 1: $(cat log.txt)"
grep -q '422 of 422 atoms in common (100.0 %), by their order in the files' log.txt || fail "nothing is said: $(cat log.txt)"
ranks 1 synthesize -m twins.h5 --modes 7-9 -n 4 --size 64 --pixel-size 3 --relation structures --structures report/mode07.pdb \
  -o set/particles.star 2>log.txt || fail "--structures gives $?: $(cat log.txt)"
grep -q 'are matched, by their order in the files' log.txt || fail "nothing is said: $(cat log.txt)"

# Pseudoatoms as Xmipp writes them, from modes to an alignment.
/usr/bin/python3 - "$open" <<'END' || fail "there are no pseudoatoms"
import sys
atoms = [line for line in open(sys.argv[1]) if line.startswith("ATOM")]
with open("xmipp.pdb", "w") as out:
    out.write("REMARK xmipp_volume_to_pseudoatoms\nREMARK fixedGaussian 2.500000\nREMARK intensityColumn occupancy\n")
    for i, line in enumerate(atoms, 1):
        out.write("ATOM  %5d DENS DENS%5d    %s%6.2f     1      DENS\n" % (i, i, line[30:54], 0.01 + 0.01 * (i % 90)))
END
ranks 2 modes -i xmipp.pdb --modes 9 -o xmipp.h5 --report pseudo 2>log.txt || fail "xmipp.pdb gives $?: $(cat log.txt)"
/usr/bin/python3 - <<'END' || fail "the pseudoatoms are not what the file says"
import h5py, numpy
file = h5py.File("xmipp.h5", "r")
weights = file["structure/weights"][:]
assert numpy.array_equal(numpy.round(100 * weights), [1 + i % 90 for i in range(1, 212)]), weights
assert file["structure/atom_sigma"][()] == 2.5 and file["structure/atoms"][0] in (b"pseudoatoms", "pseudoatoms")
assert file["structure/mass"][:].tolist() == [1] * 211
END
ranks 2 synthesize -m xmipp.h5 --modes 7-9 -n 6 --size 48 --pixel-size 3 --snr 0.5 --seed 3 -o pseudoset/particles.star --quiet ||
  fail "synthesize gives $?"
ranks 2 align -i pseudoset/particles.star -m xmipp.h5 --modes 7-9 -o alignment.h5 --quiet || fail "align gives $?"
ranks 1 synthesize -m xmipp.h5 --modes 7-8 -n 4 --size 48 --pixel-size 3 --relation structures --structures pseudo/mode07.pdb \
  -o frames/particles.star --quiet || fail "frames of pseudoatoms give $?"
modes_refused 1 'have no Cα' -i xmipp.pdb --atoms ca
modes_refused 1 'block-residues: means nothing for the pseudoatoms' -i xmipp.pdb --block-residues 1
modes_refused 1 'atom-model: electron scattering' -i xmipp.pdb --atom-model scattering
sed '/fixedGaussian/d' xmipp.pdb >no_sigma.pdb
modes_refused 1 'give --atom-sigma' -i no_sigma.pdb
ranks 1 modes -i no_sigma.pdb --atom-sigma 3 --modes 7 -o sigma.h5 --quiet || fail "--atom-sigma gives $?"
