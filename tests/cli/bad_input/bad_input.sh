#!/bin/bash
# What a user can get wrong: each time one Error, printed once, that names the file and what to do; exit code 2; on one
# and on three ranks; and no hang (a command that has not ended after a minute fails).
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
data=$ELASTEM_SOURCE/tests/data

small_set 6 32 4.4
ranks 1 align -i set/particles.star -m modes.h5 --modes 7-9 -o alignment.h5 || fail "align gives $?"

echo "no atoms here, just a letter to a friend" >letter.pdb
printf 'REMARK   1 A FILE WITHOUT ATOMS\nEND\n' >empty.pdb
cp -r set short
truncate -s $((1024 + 3 * 32 * 32 * 4)) short/particles.mrcs
cp -r set unlabelled
sed -i '/^_rlnImageName/d' unlabelled/particles.star
cp -r set optics
sed -i 's/^_rlnImagePixelSize/_rlnSomethingElse/' optics/particles.star
cp -r set fewer
truncate -s $((1024 + 3 * 32 * 32 * 4)) fewer/particles.mrcs
printf '\003\000\000\000' | dd of=fewer/particles.mrcs bs=1 seek=8 conv=notrunc status=none
head -c 300 modes.h5 >broken.h5
ranks 1 modes -i "$data/ake_open_ca.pdb" --atoms ca --modes 8 --motion linear -o modes8.h5 || fail "modes gives $?"
sed -n '/^ATOM/p' "$data/ake_open_ca.pdb" | head -100 >part.pdb
echo END >>part.pdb
ranks 1 modes -i part.pdb --atoms ca --modes 9 --motion linear -o part.h5 || fail "modes gives $?"
mkdir -p made
echo "mine" >made/alignment.h5

cases=0
# expect WORDS… -- ARGUMENTS…: the program ends with 2 and one error that holds each of the words (regular expressions).
expect() {
  local words=() n code word
  while [ "$1" != -- ]; do words+=("$1"); shift; done
  shift
  for n in 1 3; do
    cases=$((cases + 1))
    code=0
    ranks_in_time "$n" "$@" >output 2>&1 || code=$?
    [ "$code" = 124 ] && fail "hangs on $n ranks: elastem $*"
    [ "$code" = 2 ] || { cat output; fail "exit code $code instead of 2 on $n ranks: elastem $*"; }
    [ "$(grep -c -i 'error' output)" -ge 1 ] || { cat output; fail "no error printed on $n ranks: elastem $*"; }
    for word in "${words[@]}"; do
      grep -q -E -- "$word" output || { cat output; fail "no '$word' in the error on $n ranks: elastem $*"; }
      [ "$(grep -c -E -- "$word" output)" -le 2 ] || { cat output; fail "the error is printed more than once: elastem $*"; }
    done
  done
  printf 'ok: %s\n' "$*"
  head -1 output | sed 's/^/      /'
}
ranks_in_time() {
  local n=$1
  shift
  if [ "$n" = 1 ]; then timeout -k 5 60 "$ELASTEM" "$@"
  else timeout -k 5 60 "${mpiexec[@]}" "$n" "$ELASTEM" "$@"
  fi
}

# Files that are not there or are something else
expect 'absent\.pdb' -- modes -i absent.pdb -o new.h5
expect 'letter\.pdb' -- modes -i letter.pdb -o new.h5
expect 'empty\.pdb' 'atoms?' -- modes -i empty.pdb -o new.h5
expect 'absent\.h5' -- synthesize -m absent.h5 -o new/particles.star -n 4 --modes 7-9
expect 'broken\.h5' -- synthesize -m broken.h5 -o new/particles.star -n 4 --modes 7-9
expect 'absent\.star' -- align -i absent.star -m modes.h5 --modes 7-9 -o new.h5
expect 'absent\.h5' -- align -i set/particles.star -m absent.h5 --modes 7-9 -o new.h5
expect 'absent\.h5' -- evaluate -i absent.h5 -t set/truth.h5
expect 'modes\.h5' -- evaluate -i modes.h5 -t set/truth.h5
expect 'absent\.h5' -- landscape -i absent.h5 -m modes.h5 -o new_landscape
expect 'absent\.h5' -- reconstruct -i set/particles.star -a absent.h5 -o new.mrc
expect 'absent\.h5' -- export -i absent.h5 -o new.star
expect 'absent\.h5' -- inspect absent.h5
# A stack shorter than its header says or than its STAR file needs, labels that are missing
expect 'short/particles\.mrcs' -- align -i short/particles.star -m modes.h5 --modes 7-9 -o new.h5
expect 'fewer/particles\.star:[0-9]+' 'shorter' -- align -i fewer/particles.star -m modes.h5 --modes 7-9 -o new.h5
expect 'unlabelled/particles\.star' 'rlnImageName' -- align -i unlabelled/particles.star -m modes.h5 --modes 7-9 -o new.h5
expect 'optics/particles\.star' 'PixelSize' -- align -i optics/particles.star -m modes.h5 --modes 7-9 -o new.h5
# Modes that are not in the file, backwards, or no numbers
expect 'modes8\.h5' '7,8' -- synthesize -m modes8.h5 -o new/particles.star -n 4 --modes 7-9
expect '30' '7-9' -- align -i set/particles.star -m modes.h5 --modes 7,30 -o new.h5
expect '9-7' -- align -i set/particles.star -m modes.h5 --modes 9-7 -o new.h5
expect 'seven' -- align -i set/particles.star -m modes.h5 --modes seven -o new.h5
# Files that do not belong together
expect 'alignment\.h5' 'modes8\.h5' -- landscape -i alignment.h5 -m modes8.h5 -o new_landscape
# An output that exists
expect 'made/alignment\.h5' '--overwrite' -- align -i set/particles.star -m modes.h5 --modes 7-9 -o made/alignment.h5
expect 'modes\.h5' '--overwrite' -- modes -i "$data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5
expect 'set/particles\.star' '--overwrite' -- synthesize -m modes.h5 -o set/particles.star -n 4 --modes 7-9
# Resuming with other options or inputs, or from something that is no table
expect 'alignment\.h5' 'the input modes' -- align -i set/particles.star -m part.h5 --modes 7-9 -o alignment.h5 --resume
expect 'made/alignment\.h5' -- align -i set/particles.star -m modes.h5 --modes 7-9 -o made/alignment.h5 --resume
# Options and commands that do not exist
expect 'did you mean cutoff' -- modes -i "$data/ake_open_ca.pdb" -o new.h5 --cutof 8
expect 'did you mean' 'align' -- algin -i set/particles.star
expect '--input|-i' -- align -m modes.h5 --modes 7-9 -o new.h5
expect 'cutoff' -- modes -i "$data/ake_open_ca.pdb" --atoms ca --cutoff 1 -o new.h5
[ ! -e new.h5 ] || fail "a command that failed left new.h5"
[ "$(cat made/alignment.h5)" = mine ] || fail "an output that was refused has changed"
echo "$cases cases"
