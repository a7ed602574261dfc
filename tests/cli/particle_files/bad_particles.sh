#!/bin/bash
# Particle files with something wrong are refused on one and on three ranks, with file, line and column; what is odd but
# right works: `..` in a path (shown), Windows line ends, very long lines.
set -u
# shellcheck source=tests/support/script.sh
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 6 32 4.4
good=set/particles.star
row=$(grep -n -m1 '000001@' $good | cut -d: -f1)
group=$(grep -n -m1 '^opticsGroup1' $good | cut -d: -f1)

# bad TEXT SED: with this change the file is refused, the error beginning at file and line or holding the text.
bad() {
  sed "$2" $good >set/bad.star
  cmp -s set/bad.star $good && fail "sed '$2' changes nothing"
  local n
  for n in 1 3; do refused "$n" "$1" align -i set/bad.star -m modes.h5 --modes 7-9 -o new.h5; done
  grep -m1 error err.txt
}
bad "bad.star:$group: column 6 of the optics table, _rlnImagePixelSize, is 0" 's/ 4.400000 32 / 0 32 /'
bad "bad.star:$group: column 6 of the optics table, _rlnImagePixelSize, is -4.4" 's/ 4.400000 32 / -4.4 32 /'
bad "bad.star:$group: column 6 of the optics table, _rlnImagePixelSize, is \"nan\"" 's/ 4.400000 32 / nan 32 /'
bad "bad.star:$group: column 7 of the optics table, _rlnImageSize, is -32" 's/ 4.400000 32 / 4.4 -32 /'
bad "bad.star:$row: column 3, _rlnDefocusU, is \"inf\"" '/000001@/s/ 5000.000000/ inf/'
bad "bad.star:$((row + 5)): column 5, _rlnDefocusAngle, is \"1e\"" '/000006@/s/ 0.000000/ 1e/'
bad "bad.star:$((row + 4)): column 2, _rlnOpticsGroup: the optics group 3 is not" '/000005@/s/ 1 / 3 /'
bad "bad.star:$((row + 5)): the row has 6 values.*column 7, _rlnCtfBfactor" '/000006@/s/ 0.000000$//'
bad "bad.star: column 2, _rlnOpticsGroup, .* no optics table" 's/^data_optics/data_other/'
bad "bad.star:$((row + 3)): refers to image 7" 's/000004@/000007@/'
# An image that is not of its group's box fails by itself, in align and reconstruct.
sed 's/^\(opticsGroup1 .*\)$/\1\nsecond 2 200 2 0.1 4.4 16 2/; /000006@/s/ 1 / 2 /' $good >set/two.star
ranks 3 reconstruct -i set/two.star -a set/truth.h5 -o two.mrc >log 2>&1 || { cat log; fail "reconstruct gives $?"; }
grep -q '5 particles; 0 without a pose and 1 with an unusable image' log || { cat log; fail "not the one image alone is left out"; }
grep -q "two.star:$((row + 6)): its image has another box" log || { cat log; fail "no warning of the image's box"; }
ranks 2 align -i set/two.star -m modes.h5 --modes 7-9 -o two.h5 --angular-step 20 >log 2>&1 ||
  { cat log; fail "align refuses a group of another box"; }
grep -q "two.star:$((row + 6)): its image has another box" log || { cat log; fail "no warning of the image's box"; }
[ "$(rows_done two.h5)" = 5 ] || fail "not the one particle alone fails"
bad "_rlnCtfDataArePhaseFlipped, and _rlnCtfDataAreCtfPremultiplied contradict" \
  's/^_rlnImageDimensionality.*/&\n_rlnCtfDataArePhaseFlipped\n_rlnCtfDataAreCtfPremultiplied/; s/^opticsGroup1.*/& 1 1/'
[ ! -e new.h5 ] || fail "a refused input leaves new.h5"

# Volumes, tables without rows and pixel sizes that cannot be are refused by name.
bad 'column 8 of the optics table, _rlnImageDimensionality, is 3: these are volumes' 's/ 32 2$/ 32 3/'
bad 'particles.mrcs holds 6 sections and the row names none of them' 's/000001@//'
bad '_rlnTomoVisibleFrames says that these are subtomograms' 's/^_rlnCtfBfactor/_rlnTomoVisibleFrames/'
bad 'data_particles, has 7 labels and no rows' '/@/d'

# taken FILE: align would work on it.
taken() {
  ranks "$1" align -i "$2" -m modes.h5 --modes 7-9 -o new.h5 --dry-run >log 2>&1 || { cat log; fail "$2 is refused"; }
}
# One odd particle of a file without groups fails by itself, later.
cat >set/old.star <<'TEXT'
data_
loop_
_rlnImageName
_rlnPixelSize
1@particles.mrcs 4.4
2@particles.mrcs 4.4
3@particles.mrcs 2.2
TEXT
taken 2 set/old.star
grep -q 'old.star:7: has another box or pixel size' log || { cat log; fail "no warning of another pixel size"; }

mkdir -p other
sed 's,@particles,@../set/particles,' $good >other/up.star
taken 3 other/up.star
[ "$(grep -c "the stack ../set/particles.mrcs is $(realpath set/particles.mrcs)" log)" = 1 ] ||
  { cat log; fail "the place of ../set/particles.mrcs is not logged once"; }
# A symmetry-expanded file has a result per row.
sed 's/000004@/000003@/' $good >set/expanded.star
taken 3 set/expanded.star
grep -q '1 of 6 rows show an image that an earlier row shows' log || { cat log; fail "repeated images are not told of"; }
printf '\357\273\277data_optics\n' | cat - <(sed '1,/^data_optics/d' $good) >set/mark.star
taken 2 set/mark.star
cp set/particles.mrcs set/stack.mrc
sed 's/particles.mrcs/stack.mrc:mrcs/' $good >set/suffix.star
taken 2 set/suffix.star
# What looks like another unit is told of with its column.
sed 's/ 200.000000 / 200000 /; s/ 5000.000000/ 0.5/g' $good >set/units.star
taken 2 set/units.star
grep -q '_rlnVoltage, is 200000: kV are meant, these seem to be volts' log || { cat log; fail "volts are not told of"; }
grep -q '_rlnDefocusU, is 0.5: Å are meant, these seem to be µm' log || { cat log; fail "µm are not told of"; }

sed 's/$/\r/' $good >set/windows.star
taken 2 set/windows.star
# 100,000 columns more
awk '/@/ {printf "%s", $0; for (i = 0; i < 100000; ++i) printf " %d", i; print ""; next} {print}
  /^_rlnCtfBfactor/ {for (i = 0; i < 100000; ++i) print "_extra" i}' $good >set/wide.star
taken 1 set/wide.star
echo "ok"
