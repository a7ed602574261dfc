#!/bin/bash
# `elastem modes` from structure to modes.h5: the same at any number of ranks, options that matter, refusals.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
open="$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb"

for n in 1 2 3 4; do ranks $n modes -i "$open" --atoms ca --modes 12 -o modes$n.h5 2>log$n.txt || fail "$n ranks give $?: $(cat log$n.txt)"; done
grep -q "4378 springs" log1.txt || fail "the log does not count the springs"
ranks 2 modes -i "$open" --atoms ca --modes 12 --mass-weighted -o weighted.h5 --quiet || fail "--mass-weighted gives $?"
gzip -c "$open" >open.pdb.gz
ranks 1 modes -i open.pdb.gz --atoms ca --modes 12 --chain A --atom-sigma 3 -o gz.h5 --quiet || fail "gzipped gives $?"
/usr/bin/python3 - <<'END' || fail "modes.h5 is wrong"
import h5py, numpy
files = [h5py.File(f"modes{n}.h5", "r") for n in (1, 2, 3, 4)]
one = files[0]
assert list(one["modes/numbers"][:]) == list(range(7, 13))
assert one["modes/vectors"].shape == (6, 211, 3)
assert numpy.abs(one["modes/eigenvalues"][:3] - [0.0214547, 0.0605948, 0.1393293]).max() < 0.5e-7  # seven decimals known
masses = one["structure/mass"][:]
assert numpy.abs(masses @ one["structure/positions"][:]).max() < 1e-12 * masses.sum() * 100
assert one["structure/atom_sigma"][()] == 2.5 and one["modes/cutoff"][()] == 15
# 633·ε of the largest eigenvalue (below 200) bounds the eigenvalues' differences, that over the smallest gap the vectors'.
rounding = 10 * 633 * numpy.finfo(float).eps * 200
gap = numpy.diff(one["modes/eigenvalues"][:]).min()
for other in files[1:]:
    assert numpy.abs(other["modes/eigenvalues"][:] - one["modes/eigenvalues"][:]).max() < rounding
    assert numpy.abs(other["modes/vectors"][:] - one["modes/vectors"][:]).max() < rounding / gap
    assert (other["structure/positions"][:] == one["structure/positions"][:]).all()
gz = h5py.File("gz.h5", "r")
assert (gz["modes/vectors"][:] == one["modes/vectors"][:]).all() and gz["structure/atom_sigma"][()] == 3
# Residues weigh some 100 atomic mass units, and so much lower are the eigenvalues.
ratio = one["modes/eigenvalues"][:] / h5py.File("weighted.h5", "r")["modes/eigenvalues"][:]
assert (ratio > 40).all() and (ratio < 200).all(), ratio
END

ranks 2 modes -i "$open" --atoms ca -o dry.h5 --dry-run 2>dry.txt || fail "--dry-run gives $?"
grep -q "MB per rank" dry.txt && grep -q "nothing was written" dry.txt || fail "--dry-run says $(cat dry.txt)"
[ ! -e dry.h5 ] || fail "--dry-run writes"
ranks 1 modes -i "$open" --atoms ca -o modes1.h5 2>err.txt && fail "an existing output is replaced"
grep -q overwrite err.txt || fail "no word of --overwrite: $(cat err.txt)"
ranks 1 modes -i "$open" --atoms ca -o modes1.h5 --overwrite --quiet || fail "--overwrite gives $?"

# Both solvers give the same, rigid blocks of one residue of one node are the network itself.
ranks 2 modes -i "$open" --atoms ca --modes 12 --solver slepc -o slepc.h5 2>slepc.txt || fail "slepc gives $?: $(cat slepc.txt)"
ranks 3 modes -i "$open" --atoms ca --modes 12 --solver scalapack --block-residues 1 -o blocks.h5 2>blocks.txt || fail "blocks give $?: $(cat blocks.txt)"
ranks 2 modes -i "$open" --atoms ca --modes 12 --solver slepc --block-residues 3 --mass-weighted -o rtb2.h5 --quiet || fail "RTB gives $?"
ranks 1 modes -i "$open" --atoms ca --modes 12 --solver scalapack --block-residues 3 --mass-weighted -o rtb1.h5 --quiet || fail "RTB gives $?"
grep -q "solver slepc, as asked for" slepc.txt && grep -q "million entries" slepc.txt && grep -q "factorisation" slepc.txt || fail "slepc says $(cat slepc.txt)"
grep -q "dense" blocks.txt || fail "scalapack says $(cat blocks.txt)"
ranks 2 modes -i "$open" --atoms ca --solver slepc -o dry.h5 --dry-run 2>dry.txt || fail "--dry-run gives $?"
grep -q "about .* s; nothing was written" dry.txt || fail "--dry-run says $(cat dry.txt)"
/usr/bin/python3 - <<'END' || fail "the solvers disagree"
import h5py, numpy
def modes(name):
    file = h5py.File(name, "r")
    return file["modes/eigenvalues"][:], file["modes/vectors"][:].reshape(6, -1)
# 1e-9 relative is what is promised of eigenvalues; vectors turn by the residual of the iteration over the gap.
for one, other in (("modes2.h5", "slepc.h5"), ("modes2.h5", "blocks.h5"), ("rtb1.h5", "rtb2.h5")):
    (a, x), (b, y) = modes(one), modes(other)
    assert (numpy.abs(a - b) < 1e-9 * a).all(), (one, other, a, b)
    assert numpy.abs(x - y).max() < 1e-6, (one, other)
(exact, _), (rigid, _) = modes("weighted.h5"), modes("rtb1.h5")
assert (rigid > exact).all() and rigid[0] < 1.2 * exact[0], (exact, rigid)
END

# A network in two pieces, one that cannot fit, and numbers of modes that are not there.
awk '/^ATOM/ { print; if (++n == 40) exit }' "$open" >part.pdb
awk '/^ATOM/ && ++n <= 40 { printf "%s%8.3f%s\n", substr($0, 1, 30), substr($0, 31, 8) + 500, substr($0, 39) }' "$open" |
  sed 's/ A / B /' >>part.pdb
/usr/bin/python3 - <<'END'
with open("large.pdb", "w") as file:  # 64,000 atoms: a Hessian of 295 GB
    for i in range(64000):
        x, y, z = i % 40, i // 40 % 40, i // 1600
        file.write(f"ATOM  {i % 100000:5d}  CA  GLY A{i % 10000:4d}    {3.8*x:8.3f}{3.8*y:8.3f}{3.8*z + 0.1*(x % 3):8.3f}\n")
END
for n in 1 3; do
  modes_refused $n "2 pieces" -i part.pdb --atoms ca
  modes_refused $n "chain B" -i part.pdb --atoms ca
  modes_refused $n "not held in every direction" -i "$open" --atoms ca --cutoff 5
  modes_refused $n "does not fit into memory" -i large.pdb --solver scalapack
  modes_refused $n "use --solver slepc" -i large.pdb --solver scalapack
  modes_refused $n "did you mean" -i "$open" --solver slep
  modes_refused $n "1 or more" -i "$open" --block-residues=-1
  modes_refused $n "means nothing with --atoms ca" -i "$open" --atoms ca --ligands
  modes_refused $n "have only 633 modes" -i "$open" --atoms ca --modes 634
  modes_refused $n "7 or more" -i "$open" --modes 6
  modes_refused $n "missing.pdb" -i missing.pdb
  modes_refused $n "did you mean" -i "$open" --atom ca
  modes_refused $n "numbered" -i "$open" --atoms ca --model 5
done
ranks 1 modes -i part.pdb --atoms ca --chain B -o b.h5 --quiet || fail "--chain gives $?"
