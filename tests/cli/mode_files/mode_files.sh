#!/bin/bash
# Modes go to XMD and NMD and come back, on any number of ranks; files without eigenvalues, with rigid-body modes, of
# other structures; refusals.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
open="$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb"
closed="$ELASTEM_SOURCE/tests/data/ake_closed_ca.pdb"
ranks 2 modes -i "$open" --atoms ca --modes 18 -o modes.h5 --quiet || fail "modes gives $?"

for n in 1 3; do
  ranks $n export -i modes.h5 -o out$n/modes.xmd --quiet || fail "export to XMD gives $? on $n ranks"
  ranks $n export -i modes.h5 -o out$n/modes.nmd --quiet || fail "export to NMD gives $? on $n ranks"
done
diff -r out1 out3 || fail "the exported files depend on the ranks"
[ "$(find out1/modes -name 'vec.*' | wc -l)" = 12 ] || fail "not a vector file per mode: $(ls out1/modes)"
[ "$(grep -c '^ATOM' out1/atoms.pdb)" = 211 ] || fail "atoms.pdb has not the atoms"
for n in 1 2 4; do
  for file in out1/modes.xmd out1/modes.nmd modes.h5; do
    name=$(basename $file)_$n.h5
    ranks $n modes -i "$open" --atoms ca --import $file -o "$name" 2>log.txt || fail "import of $file gives $? on $n ranks: $(cat log.txt)"
  done
done
ranks 2 modes -i "$open" --atoms ca --import modes.h5 -o again.h5 --report report --target "$closed" --animate 7 2>log.txt ||
  fail "--report of imported modes gives $?: $(cat log.txt)"
grep -Eq '^ +7 +0\.800 ' log.txt || fail "no overlaps of imported modes: $(cat log.txt)"
ranks 1 inspect again.h5 | grep -Eq 'inputs +structure' && ranks 1 inspect again.h5 | grep -q 'modes modes.h5' ||
  fail "the provenance does not name the imported file: $(ranks 1 inspect again.h5)"

/usr/bin/python3 - "$open" <<'END' || fail "variants cannot be made"
import h5py, numpy
with h5py.File("modes.h5") as file:
    v, values, r = file["modes/vectors"][:], file["modes/eigenvalues"][:], file["structure/positions"][:]
# As ContinuousFlex leaves it: rigid-body modes 1-6 first, no eigenvalues, one mode switched off by hand.
import os
os.makedirs("flex/modes")
x, y, z = numpy.eye(3)
rigid = [numpy.tile(e, (211, 1)) for e in (x, y, z)] + [numpy.cross(e, r) for e in (x, y, z)]
with open("flex/modes.xmd", "w") as table:
    table.write("# XMIPP_STAR_1 * \n# \ndata_noname\nloop_\n _enabled\n _nmaModefile\n _order_\n")
    for n, vector in enumerate(rigid + list(v[:4]), 1):
        numpy.savetxt(f"flex/modes/vec.{n}", 3 * vector, "%14.6e")
        table.write(f"{-1 if n in (1, 2, 3, 4, 5, 6, 8) else 1} Runs/000_NMA/modes/vec.{n} {n}\n")
# As ProDy writes: counted without the rigid-body modes.
with open("prody.nmd", "w") as nmd:
    nmd.write("name test\ncoordinates " + " ".join(f"{c:.3f}" for c in r.ravel() + 5) + "\n")
    for n in range(3):
        nmd.write(f"mode {n + 1} {values[n] ** -0.5:.2f} " + " ".join(f"{c:.3f}" for c in v[n].ravel()) + "\n")
# Turned by 90 degrees: the same shape in another orientation.
turned = r[:, [1, 0, 2]] * [1, -1, 1]
with open("turned.nmd", "w") as nmd:
    nmd.write("coordinates " + " ".join(map(str, turned.ravel())) + "\nmode 7 " + " ".join(map(str, v[0].ravel())) + "\n")
with open("short.nmd", "w") as nmd:
    nmd.write("name short\nmode 7 1.5 " + " ".join(map(str, v[0, :-1].ravel())) + "\n")
END
ranks 2 modes -i "$open" --atoms ca --import flex/modes.xmd -o flex.h5 --quiet || fail "ContinuousFlex' modes give $?"
ranks 2 modes -i "$open" --atoms ca --import prody.nmd -o prody.h5 --quiet || fail "ProDy's modes give $?"
/usr/bin/python3 - <<'END' || fail "imported modes are wrong"
import h5py, numpy
def read(name):
    with h5py.File(name) as file:
        return {key: file["modes/" + key][:] for key in ("vectors", "eigenvalues", "numbers", "collectivity", "score", "enabled")}
modes = read("modes.h5")
largest = abs(modes["vectors"]).max()
for n in (1, 2, 4):
    for name, figures in (("modes.h5", 0), ("modes.nmd", 5e-9), ("modes.xmd", 5e-10)):
        other = read(f"{name}_{n}.h5")
        assert (other["numbers"] == modes["numbers"]).all() and (other["enabled"] == modes["enabled"]).all()
        # nine and ten significant digits; rounding of the norms
        assert abs(other["vectors"] - modes["vectors"]).max() <= figures * largest + 633 * 2.3e-16, (name, n)
        # NMD has nine decimals of 1/√λ, of which λ changes by 2 λ^1.5
        allowed = {"modes.h5": 0, "modes.xmd": 1e-12, "modes.nmd": 5e-10 * 2 * modes["eigenvalues"].max() ** 0.5}[name]
        assert (abs(other["eigenvalues"] / modes["eigenvalues"] - 1) <= allowed).all(), (name, n)
        assert abs(other["collectivity"] - modes["collectivity"]).max() < 1e-8
        assert (other["score"] == modes["score"]).all()
flex = read("flex.h5")
assert list(flex["numbers"]) == [7, 8, 9, 10] and list(flex["enabled"]) == [1, 0, 1, 1]
# seven significant digits of the vectors; the network gives the eigenvalues, off by their square
assert abs(flex["vectors"] - modes["vectors"][:4]).max() < 1e-6
assert abs(flex["eigenvalues"] / modes["eigenvalues"][:4] - 1).max() < 1e-6
prody = read("prody.h5")
assert list(prody["numbers"]) == [7, 8, 9]
assert abs(numpy.linalg.norm(prody["vectors"].reshape(3, -1), axis=1) - 1).max() < 1e-14
# ProDy's three decimals, and two of 1/√λ
assert abs(prody["vectors"] - modes["vectors"][:3]).max() < 2e-3
assert (abs(prody["eigenvalues"] ** -0.5 - modes["eigenvalues"][:3] ** -0.5) <= 0.0051).all()
END

# refuses TEXT COMMAND ARGUMENTS…
refuses() {
  for n in 1 2; do refused $n "$@"; done
}
import() { refuses "$1" modes -i "$open" --atoms ca -o refused.h5 --import "$2" "${@:3}"; }
import 'short.nmd:2: a mode of 210 atoms, but the structure has 211' short.nmd
import 'turned.nmd:1: .* another orientation' turned.nmd
import 'none.nmd' none.nmd
import 'modes are read from' "$open"
import 'means nothing' prody.nmd --modes 9
grep '^ATOM' "$open" | head -40 >forty.pdb
refuses 'atoms, but the structure has 40' modes -i forty.pdb --atoms ca -o refused.h5 --import out1/modes.xmd
refuses 'RMSD from those of the structure' modes -i "$closed" --atoms ca -o refused.h5 --import modes.h5
sed 's/modes\/vec.9/modes\/vec.99/' out1/modes.xmd >out1/broken.xmd
import 'broken.xmd:13: the vector file modes/vec.99 is not there' out1/broken.xmd
[ ! -e refused.h5 ] || fail "a refused import leaves an output"
refuses 'modes are written as' export -i modes.h5 -o modes.star
refuses '--particles' export -i modes.h5 -o new.nmd --particles x.star
refuses 'atoms.pdb' export -i modes.h5 -o out1/other.xmd
refuses '--overwrite' export -i modes.h5 -o out1/modes.nmd
ranks 2 export -i modes.h5 -o out1/modes.xmd --overwrite --quiet || fail "--overwrite gives $?"
ranks 1 export -i modes.h5 -o dry/new.xmd --dry-run 2>log.txt && grep -q '12 modes of 211 atoms' log.txt || fail "--dry-run: $(cat log.txt)"
[ ! -e dry ] || fail "--dry-run writes"
