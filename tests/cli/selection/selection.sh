#!/bin/bash
# --selection: the particles that numpy selects from the same table, by amplitudes, quantiles, states and components, for each
# command and on any number of ranks; saved selections; what cannot be meant is refused with a caret below it.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
here=$ELASTEM_SOURCE/tests/cli/selection
fresh_folder work

two_states 200
ranks 2 landscape -i a.h5 -m modes.h5 -o land --replicates 0 -q || fail "landscape gives $?"

# exported N NAME EXPRESSION: the keys of what is exported to NAME.csv.
exported() {
  ranks "$1" export -i a.h5 -o "$2.csv" --overwrite --selection "$3" --landscape land 2>log || fail "export '$3' gives $?: $(cat log)"
}

# Every expression selects what numpy does, on one rank or on three.
/usr/bin/python3 "$here/expected.py" || fail "no expectations"
count=0
while IFS='|' read -r expression number; do
  n=$((1 + 2 * (count % 2)))
  exported $n got "$expression" </dev/null
  grep -qE "^$number of 200 particles of a.h5 (is|are) selected" log || fail "'$expression': not $number on $n ranks: $(cat log)"
  tail -n +2 got.csv | cut -d, -f1 | cmp - "keys$count" || fail "'$expression' selects others on $n ranks"
  count=$((count + 1))
done <expressions
[ "$count" -ge 15 ] || fail "only $count expressions"

# Each format has the same particles, and the file selects them again.
for name in part.star part.xmd part.csv; do
  ranks 2 export -i a.h5 -o $name --selection 'q7 > 0 and score > q(0.2)' -q || fail "export to $name gives $?"
done
tail -n +2 part.csv | cut -d, -f1 | sed 's/@.*//' >wanted
for name in part.star part.xmd; do
  grep -o '[0-9]*@' $name | sed 's/^0*//; s/@//' | cmp - wanted || fail "$name has other particles"
done
grep -v '^image' part.csv | cut -d, -f1 >part.txt
printf '# saved\n\n' | cat - part.txt >noted.txt
for file in part.star part.xmd part.csv part.txt noted.txt; do
  ranks 3 export -i a.h5 -o again.csv --overwrite --selection $file 2>log || fail "--selection $file gives $?: $(cat log)"
  cmp again.csv part.csv || fail "--selection $file selects others"
  # of the particle file itself, without a result
  ranks 2 export -i set/particles.star -o some.star --overwrite --selection $file -q || fail "a particle file and $file give $?"
  [ "$(grep -c @ some.star)" = "$(wc -l <wanted)" ] || fail "a particle file and $file give other particles"
done

# Commands that work on a result.
number=$(wc -l <wanted)
for n in 1 2; do
  ranks $n landscape -i a.h5 -m modes.h5 -o "part$n" --frames 3 --selection part.star 2>log || fail "landscape gives $?: $(cat log)"
done
for file in components.csv frames.csv profile.csv particles.csv; do cmp part1/$file part2/$file || fail "$file depends on the ranks"; done
grep -q "selected by <code>part.star</code>" part1/index.html || fail "the page does not say what was selected"
awk -F, 'NR > 1 { sum += $2 } END { print sum }' part1/frames.csv | grep -qx "$(awk -F, -v c="$(head -1 part.csv | tr , '\n' | grep -nx outlier | cut -d: -f1)" 'NR > 1 && $c == 0' part.csv | wc -l)" ||
  fail "the landscape is of other particles"
ranks 2 reconstruct -i set/particles.star -a a.h5 -o map.mrc --selection 'state == 1 and p > 0.9' --landscape land 2>log || fail "reconstruct gives $?"
grep -q "^map.mrc: $(awk -F'|' '$1 == "state == 1 and p > 0.9 and outlier == 0" { print $2 }' expressions) particles; 0 without a pose" log ||
  fail "reconstruct uses others: $(cat log)"
ranks 2 rebase -i a.h5 -m modes.h5 -o second.h5 --modes 8 --selection 'q7 > 0' --dry-run 2>log || fail "rebase gives $?"
grep -q 'the mean of ' log || fail "rebase: $(cat log)"
ranks 2 landscape -i a.h5 -m modes.h5 -o none --selection 'q7 > 0' --dry-run 2>log || fail "--dry-run gives $?"
grep -q 'dry run: [0-9]* particles' log && [ ! -e none ] || fail "--dry-run: $(cat log)"
# A table without errors has components all the same.
ranks 2 landscape -i set/truth.h5 -m modes.h5 -o true -q || fail "landscape of the truth gives $?"
ranks 2 export -i set/truth.h5 --particles set/particles.star -o some.csv --overwrite --selection 'pc1 > 0' --landscape true --accept-mismatch -q ||
  fail "components of the truth give $?"
lines=$(wc -l <some.csv)
[ "$lines" -gt 40 ] && [ "$lines" -lt 180 ] || fail "$lines lines for half of the particles"

# refused_at COLUMN TEXT EXPRESSION: an error that says TEXT, with a caret below that column.
refused_at() {
  refused 1 "$2" export -i a.h5 -o bad.csv --selection "$3" "${@:4}"
  [ "$(tail -2 err.txt | head -1)" = "  $3" ] || fail "'$3' is not shown: $(cat err.txt)"
  [ "$(tail -1 err.txt)" = "$(printf '  %*s' "$1" '^')" ] || fail "'$3': the caret is elsewhere: $(cat err.txt)"
  [ ! -e bad.csv ] || fail "'$3' leaves an output"
}
refused_at 1 'has no mode 9: its modes are 7,8' 'q9 > 5'
refused_at 11 'give --landscape DIR' 'q7 > 5 or state == 1'
refused_at 1 'did you mean score' 'scor > 0.5'
refused_at 4 'write == to compare' 'q7 = 5'
refused_at 10 'no function "median7"' 'q7 > -5+ median7(q8)'
refused_at 1 'has no pc9' 'pc9 < 3' --landscape land
refused_at 6 'ends where' 'q7 > '
refused 2 'none of the 200 particles' export -i a.h5 -o bad.csv --selection 'q7 > 1e6'
refused 2 'is for --selection' export -i a.h5 -o bad.csv --landscape land
refused 2 'is not there' export -i a.h5 -o bad.csv --selection absent.txt
refused 2 'has no particles.csv' export -i a.h5 -o bad.csv --selection 'state == 1' --landscape set
printf '1@elsewhere.mrcs\n' >other.txt
refused 2 'no image in common' export -i a.h5 -o bad.csv --selection other.txt
refused 2 'holds modes' export -i modes.h5 -o bad.nmd --selection 'q7 > 0'
refused 2 'is a particle file' export -i set/particles.star -o bad.star --selection 'q7 > 0'
echo "selection: all well"
