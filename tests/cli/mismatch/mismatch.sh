#!/bin/bash
# Files that do not belong together are refused in a sentence that names both; particles that are a part of the result's,
# in another order, or named from another folder get the rows of their own images.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
here=$ELASTEM_SOURCE/tests/cli/mismatch
fresh_folder work

# Structures and modes: those of the set, another molecule, another number of atoms, fewer modes, the same number of atoms
# and modes in another conformation.
open=$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb
modes_of() { ranks 1 modes -i "$1" --atoms ca --modes "$2" -o "$3.h5" -q || fail "modes of $1 gives $?"; }
head -n 150 "$open" >part.pdb
/usr/bin/python3 "$here/bend.py" "$open" bent.pdb || fail "the structure cannot be bent"
modes_of "$open" 9 modes
modes_of "$ELASTEM_SOURCE/tests/data/ake_closed_ca.pdb" 9 closed
modes_of part.pdb 9 part
modes_of "$open" 8 few
modes_of bent.pdb 9 bent
modes_of "$open" 9 again
cmp -s modes.h5 again.h5 && fail "modes that were made again are the same to the last byte, so they test nothing"

# set: the particles of the result. noise: as many images of the same names. name: another stack. small: fewer images.
# box: another box.
set_of() { # MODES FOLDER/NAME N SEED ARGUMENTS…
  ranks 1 synthesize -m "$1" -o "$2.star" -n "$3" --seed "$4" --pixel-size 4.4 --snr 0.3 --shift-px 2 -q \
    "${@:5}" || fail "synthesize $2 gives $?"
}
set_of modes.h5 set/particles 24 7 --modes 7-9 --relation helix --size 32
set_of modes.h5 noise/particles 24 8 --modes 7-9 --relation helix --size 32
set_of modes.h5 name/others 24 8 --modes 7-9 --relation helix --size 32
set_of modes.h5 box/particles 24 7 --modes 7-9 --relation helix --size 40
set_of modes.h5 more/particles 30 9 --modes 7-9 --relation helix --size 32
set_of few.h5 less/particles 24 7 --modes 7-8 --relation linear --size 32
set_of closed.h5 closed/particles 24 7 --modes 7-9 --relation helix --size 32
sed 's/ 4\.400000 / 4.900000 /' set/particles.star >set/pixel.star
cmp -s set/particles.star set/pixel.star && fail "the pixel size was not changed"
ranks 2 align -i set/particles.star -m modes.h5 --modes 7-9 -o alignment.h5 -q || fail "align gives $?"

# refused_of 'FIRST FILE' 'SECOND FILE' 'WHAT DIFFERS' COMMAND ARGUMENTS…: exit code 2 and one sentence with all three, and
# no output.
count=0
refused_of() {
  local first=$1 second=$2 what=$3
  shift 3
  refused $((1 + count % 2)) "$first" "$@"
  grep -q -e "$second" err.txt || fail "$* does not name $second: $(cat err.txt)"
  grep -q -e "$what" err.txt || fail "$* does not say '$what': $(cat err.txt)"
  [ "$(grep -c 'elastem: error' err.txt)" = 1 ] || fail "$* says more than one sentence: $(cat err.txt)"
  [ ! -e out.mrc ] && [ ! -e out.star ] && [ ! -e out.csv ] && [ ! -e out ] || fail "$* leaves an output"
  count=$((count + 1))
}

# Particles of another set, of another stack, box, or pixel size.
refused_of noise/particles.star alignment.h5 'other images' reconstruct -i noise/particles.star -a alignment.h5 -o out.mrc
refused_of name/others.star alignment.h5 'no image in common' reconstruct -i name/others.star -a alignment.h5 -o out.mrc
refused_of box/particles.star alignment.h5 'other images' reconstruct -i box/particles.star -a alignment.h5 -o out.mrc
refused_of more/particles.star alignment.h5 'other images' reconstruct -i more/particles.star -a alignment.h5 -o out.mrc
refused_of set/pixel.star set/truth.h5 '4.9 Å' reconstruct -i set/pixel.star -a set/truth.h5 -o out.mrc
refused_of set/pixel.star alignment.h5 '4.9 Å' reconstruct -i set/pixel.star -a alignment.h5 -o out.mrc
refused_of noise/particles.star set/truth.h5 'other images' reconstruct -i noise/particles.star -a set/truth.h5 -o out.mrc
refused_of noise/particles.star alignment.h5 'other images' export -i alignment.h5 --particles noise/particles.star -o out.star
refused_of name/others.star alignment.h5 'no image in common' export -i alignment.h5 --particles name/others.star -o out.star
refused_of box/particles.star set/truth.h5 'other images' export -i set/truth.h5 --particles box/particles.star -o out.csv
refused_of set/pixel.star set/truth.h5 '4.9 Å' export -i set/truth.h5 --particles set/pixel.star -o out.csv

# The truth of another set, of other modes, of another molecule.
refused_of alignment.h5 noise/truth.h5 'different images' evaluate -i alignment.h5 -t noise/truth.h5
refused_of alignment.h5 more/truth.h5 'different images' evaluate -i alignment.h5 -t more/truth.h5
refused_of alignment.h5 name/truth.h5 'no image in common' evaluate -i alignment.h5 -t name/truth.h5
refused_of alignment.h5 less/truth.h5 '7,8' evaluate -i alignment.h5 -t less/truth.h5
refused_of modes.h5 closed.h5 'other modes' evaluate -i alignment.h5 -t closed/truth.h5

# Modes of another molecule, of fewer atoms, with fewer modes, of the same atoms elsewhere.
refused_of alignment.h5 closed.h5 'other modes' landscape -i alignment.h5 -m closed.h5 -o out
refused_of alignment.h5 part.h5 'atoms' landscape -i alignment.h5 -m part.h5 -o out
refused_of alignment.h5 few.h5 'modes 7-9' landscape -i alignment.h5 -m few.h5 -o out
refused_of 'modes.h5 (211 atoms' 'bent.h5 (211 atoms' 'other modes' landscape -i alignment.h5 -m bent.h5 -o out

refused_of closed/truth.h5 modes.h5 'other modes' synthesize -m modes.h5 --modes 7-9 --relation table \
  --amplitudes closed/truth.h5 -n 24 --size 32 -o out.star

# A file of another kind.
refused_of modes.h5 alignment.h5 'result' landscape -i modes.h5 -m modes.h5 -o out
refused_of modes.h5 'result' 'alignment.h5' reconstruct -i set/particles.star -a modes.h5 -o out.mrc
refused_of modes.h5 'result' 'truth.h5' evaluate -i alignment.h5 -t modes.h5
refused_of alignment.h5 modes '' landscape -i alignment.h5 -m alignment.h5 -o out
refused_of alignment.h5 modes '' align -i set/particles.star -m alignment.h5 -o out
refused_of set/particles.star '' 'HDF5' evaluate -i alignment.h5 -t set/particles.star
refused_of set/particles.star '' 'HDF5' reconstruct -i set/particles.star -a set/particles.star -o out.mrc
echo "$count combinations are refused"
[ "$count" -ge 20 ] || fail "only $count combinations were tried"

# Who knows better goes on, and is told what differs.
for files in "export -i alignment.h5 --particles noise/particles.star -o accepted.star" \
  "evaluate -i alignment.h5 -t noise/truth.h5" "landscape -i alignment.h5 -m bent.h5 -o accepted"; do
  # shellcheck disable=SC2086
  ranks 1 $files --accept-mismatch >out.txt 2>err.txt || fail "$files --accept-mismatch gives $?: $(cat err.txt)"
  grep -q 'accepted' err.txt || fail "$files --accept-mismatch does not say what differs: $(cat err.txt)"
done

# Modes that were made again are those of the result.
ranks 1 landscape -i alignment.h5 -m again.h5 -o again -q 2>err.txt || fail "modes made again give $?: $(cat err.txt)"
ranks 1 align -i set/particles.star -m again.h5 --modes 7-9 -o alignment.h5 -q --resume 2>err.txt ||
  fail "--resume with modes made again gives $?: $(cat err.txt)"

# A part of the particles, another order, and a file in another folder.
/usr/bin/python3 "$here/check_rows.py" make set/particles.star || fail "no particle files were made"
for n in 1 2 3; do
  for kind in whole part shuffled moved/moved expanded; do
    ranks "$n" export -i alignment.h5 --particles "set/$kind.star" -o "rows_$(basename $kind)_$n.csv" -q ||
      fail "export of $kind gives $? on $n ranks"
  done
done
/usr/bin/python3 "$here/check_rows.py" check || fail "particles got rows of others"
ranks 2 export -i alignment.h5 --particles set/more.star -o more.star 2>log || fail "a particle file with more rows gives $?"
grep -q '2 of the 26 particles of set/more.star are not in alignment.h5 and are left out: 1@new.mrcs, 2@new.mrcs' log ||
  fail "missing particles are not named: $(cat log)"
[ "$(grep -c @ more.star)" = 24 ] || fail "missing particles are not left out"

# A map of the same particles in another order, or each of them three times, is the same map, and so are errors of the same results.
ranks 1 reconstruct -i set/whole.star -a alignment.h5 -o whole.mrc -q || fail "reconstruct gives $?"
ranks 2 reconstruct -i set/shuffled.star -a alignment.h5 -o shuffled.mrc -q || fail "reconstruct gives $?"
ranks 3 reconstruct -i set/expanded.star -a alignment.h5 -o expanded.mrc -q || fail "reconstruct of an expanded file gives $?"
ranks 2 align -i set/shuffled.star -m modes.h5 --modes 7-9 -o shuffled.h5 -q || fail "align gives $?"
ranks 2 align -i set/part.star -m modes.h5 --modes 7-9 -o part_alignment.h5 -q || fail "align gives $?"
for kind in alignment shuffled part_alignment; do
  ranks 2 evaluate -i $kind.h5 -t set/truth.h5 --json >$kind.json || fail "evaluate of $kind gives $?"
done
/usr/bin/python3 "$here/check_rows.py" compare || fail "maps or errors differ"
echo "mismatch: all well"
