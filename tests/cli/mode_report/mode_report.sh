#!/bin/bash
# modes --report and --target: overlaps with the known change, tables, plots and animations, the same on any number of
# ranks; a target under other names; refusals. --cutoff as a percentile.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
open="$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb"
closed="$ELASTEM_SOURCE/tests/data/ake_closed_ca.pdb"

for n in 1 2 3; do
  ranks $n modes -i "$open" --atoms ca --motion linear -o modes$n.h5 --report report$n --target "$closed" --animate 7-9,12 \
    --animation-rmsd 2.5 2>log$n.txt || fail "--report gives $? on $n ranks: $(cat log$n.txt)"
done
grep -q '211 of 211 atoms in common (100.0 %), 6.76 Å RMSD' log1.txt || fail "the log does not tell what matched: $(cat log1.txt)"
grep -Eq '^ +9 +0\.122 +0\.835 +0\.698$' log1.txt || fail "the log does not show the overlaps: $(cat log1.txt)"
/usr/bin/python3 "$ELASTEM_SOURCE/tests/cli/mode_report/check_report.py" "$open" modes1.h5 report1 report2 report3 ||
  fail "the report is wrong"

# The log alone; a target in another place under other names, and a part of it.
awk '/^ATOM/ { printf "%sX%4d%s%8.3f%s\n", substr($0, 1, 21), substr($0, 23, 4) + 300, substr($0, 27, 4),
  substr($0, 31, 8) + 40, substr($0, 39) }' "$closed" >renamed.pdb
ranks 2 modes -i "$open" --atoms ca -o named.h5 --target renamed.pdb 2>log.txt || fail "--target alone gives $?: $(cat log.txt)"
grep -q 'by aligned sequences' log.txt && grep -Eq '^ +7 +0\.800 ' log.txt || fail "renamed: $(cat log.txt)"
head -60 renamed.pdb >part.pdb
ranks 1 modes -i "$open" --atoms ca -o part.h5 --target part.pdb 2>log.txt || fail "a part gives $?: $(cat log.txt)"
grep -q '60 of 211 atoms' log.txt && grep -q 'less than half' log.txt || fail "part: $(cat log.txt)"

# By default the first three enabled modes; all B-factors 0 in one file.
sed -E 's/^(ATOM.{56}).{6}/\1  0.00/' "$open" >nob.pdb
ranks 2 modes -i nob.pdb --atoms ca --modes 12 -o nob.h5 --report nob 2>log.txt || fail "no B-factors give $?: $(cat log.txt)"
grep -q 'nothing correlates' log.txt || fail "no word of the B-factors: $(cat log.txt)"
[ "$(echo nob/mode*.pdb)" = 'nob/mode07.pdb nob/mode08.pdb nob/mode09.pdb' ] || fail "animated are: $(ls nob)"
[ ! -e nob/overlaps.png ] || fail "overlaps without a target"

# A relative cut-off is stored, and the same on all ranks as the distance it stands for.
ranks 2 modes -i "$open" --atoms ca --modes 9 --cutoff 95% -o relative.h5 2>log.txt || fail "--cutoff 95% gives $?"
grep -q 'cut-off 15.11 Å' log.txt || fail "the cut-off is not told: $(cat log.txt)"
ranks 1 modes -i "$open" --atoms ca --modes 9 --cutoff 15.11 -o absolute.h5 --quiet || fail "--cutoff gives $?"
ranks 1 modes -i "$open" --atoms ca --modes 9 --cutoff 90% --neighbours 50 -o narrow.h5 --quiet || fail "--neighbours gives $?"
/usr/bin/python3 - <<'END' || fail "the relative cut-off is wrong"
import h5py, numpy
relative, absolute, narrow = (h5py.File(name + ".h5", "r") for name in ("relative", "absolute", "narrow"))
assert relative["modes/cutoff"][()] == absolute["modes/cutoff"][()] == 15.11
r = relative["structure/positions"][:]
d = numpy.sort(numpy.linalg.norm(r[:, None] - r[None], axis=2), axis=1)[:, 1:51].ravel()
cutoff = narrow["modes/cutoff"][()]
assert (d < cutoff).mean() >= 0.9 > (d < cutoff - 0.01).mean(), (cutoff, (d < cutoff).mean())
# 633·ε of the largest eigenvalue, below 200
assert abs(relative["modes/eigenvalues"][:] - absolute["modes/eigenvalues"][:]).max() < 10 * 633 * 2.3e-16 * 200
END

# refuses TEXT ARGUMENTS…
refuses() {
  for n in 1 2; do modes_refused $n "$1" -i "$open" --atoms ca "${@:2}"; done
}
refuses 'report1/index.html' --report report1
refuses 'missing.pdb' --target missing.pdb
refuses '--report' --animate 7
refuses 'goes with --report' --animation-rmsd 2
refuses 'last mode that is computed is 20' --report new --animate 7-21
refuses 'rigid-body' --report new --animate 6-8
refuses '--animation-rmsd' --report new --animation-rmsd 0
refuses 'percentile up to 100' --cutoff 101%
refuses 'percentile up to 100' --cutoff 8x
refuses 'above 0' --cutoff -3
refuses 'relative --cutoff' --neighbours 8
refuses 'more nodes than neighbours' --cutoff 95% --neighbours 211
head -2 "$closed" >two.pdb
grep '^ATOM' "$closed" | head -2 >>two.pdb
ranks 2 modes -i "$open" --atoms ca -o two.h5 --target two.pdb 2>err.txt
[ $? = 2 ] && grep -q '2 atoms in common' err.txt || fail "two atoms are superposed: $(cat err.txt)"
ranks 2 modes -i "$open" --atoms ca --motion linear -o modes1.h5 --report report1 --overwrite --quiet || fail "--overwrite gives $?"
