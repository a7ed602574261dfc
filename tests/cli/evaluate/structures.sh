#!/bin/bash
# The figures of evaluate --structures are those that numpy finds, on any number of ranks, in whatever order the truth has
# its rows and of whatever modes its amplitudes are; what is missing is named.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
here=$ELASTEM_SOURCE/tests/cli/evaluate
data=$ELASTEM_SOURCE/tests/data
fresh_folder structures_work

mkdir structures
cp "$data"/ake_*_ca.pdb structures
ranks 1 modes -i "$data/ake_open_ca.pdb" --atoms ca --modes 9 --motion linear -o modes.h5 -q || fail "modes gives $?"
draw() {  # FOLDER MODES SEED
  ranks 2 synthesize -m modes.h5 -o "$1/particles.star" -n 60 --modes "$2" --relation structures --structures structures \
    --size 32 --pixel-size 4.4 --seed "$3" -q || fail "synthesize gives $?"
}
draw set 7-9 7
/usr/bin/python3 "$here/check_structures.py" make set/truth.h5 result.h5 || fail "the result cannot be made"

known=(--structures structures -m modes.h5)
for n in 1 2 3; do
  ranks "$n" evaluate -i result.h5 -t set/truth.h5 "${known[@]}" --json >"json$n" || fail "evaluate gives $? on $n ranks"
  cmp json1 "json$n" || fail "the JSON depends on the number of ranks"
done
/usr/bin/python3 "$here/check_structures.py" check set result.h5 json1 modes.h5 || fail "the figures differ"

# same_figures OTHER.JSON: nothing but the path of the truth differs.
same_figures() {
  cmp <(grep -v '"truth"' json1) <(grep -v '"truth"' "$1") || fail "$1 has other figures"
}
ranks 2 evaluate -i result.h5 -t set/truth.star "${known[@]}" --json >star || fail "a STAR file as the truth gives $?"
same_figures star
grep '@' set/truth.star | tac | cat <(grep -v '@' set/truth.star) - >set/backwards.star
ranks 2 evaluate -i result.h5 -t set/backwards.star "${known[@]}" --json >backwards || fail "a reordered truth gives $?"
same_figures backwards
draw other_modes 7-8 7
ranks 2 evaluate -i result.h5 -t other_modes/truth.h5 "${known[@]}" --json >others || fail "a truth of other modes gives $?"
same_figures others
grep -v '000060@' set/truth.star >set/part.star
ranks 2 evaluate -i result.h5 -t set/part.star "${known[@]}" --json 2>log >part || fail "a truth of some images gives $?"
grep -q '"unmatched": 1' part || fail "the image without a truth is not counted"
grep -q '60@particles.mrcs' log || fail "the image without a truth is not named: $(cat log)"

ranks 1 evaluate -i result.h5 -t set/truth.h5 "${known[@]}" >table || fail "the table gives $?"
cat table
for word in '58 done, 1 failed, 1 pending' 'RMSD.*\[Å\]' 'reachable.*\[Å\]' 'doing nothing.*\[Å\]' 'share \[%\]' 'mode 9' '\[°\]'; do
  grep -q -e "$word" table || fail "no '$word' in the table"
done

evaluate=(evaluate -i result.h5)
mkdir alone closed partial changed
cp set/truth.h5 alone
refused 2 'no truth.star beside it' "${evaluate[@]}" -t alone/truth.h5 "${known[@]}"
refused 2 'particles.star has no column _elastemStructure' "${evaluate[@]}" -t set/particles.star "${known[@]}"
sed 's/^_rlnAngleRot /_otherAngleRot /' set/truth.star >set/no_angles.star
refused 2 'has no angles' "${evaluate[@]}" -t set/no_angles.star "${known[@]}"
cp structures/ake_closed_ca.pdb closed
refused 2 'truth.star:[0-9]*: column 1[0-9], _elastemStructure: ake_open_ca.pdb is not among the 1 of --structures closed (ake_closed_ca.pdb)' \
  "${evaluate[@]}" -t set/truth.h5 --structures closed -m modes.h5
sed '/GLY A  42/d' "$data/ake_open_ca.pdb" >partial/ake_open_ca.pdb
refused 2 'ake_open_ca.pdb lacks 1 of the 211 atoms.*GLY 42 CA' "${evaluate[@]}" -t set/truth.h5 --structures partial -m modes.h5
cp structures/ake_open_ca.pdb changed/ake_closed_ca.pdb
cp structures/ake_open_ca.pdb changed
refused 2 'truth of other structures than those of changed: changed/ake_closed_ca.pdb' \
  "${evaluate[@]}" -t set/truth.h5 --structures changed -m modes.h5
ranks 1 "${evaluate[@]}" -t set/truth.h5 --structures changed -m modes.h5 --accept-mismatch >accepted 2>&1 ||
  fail "--accept-mismatch gives $?: $(cat accepted)"
ranks 1 modes -i "$data/ake_closed_ca.pdb" --atoms ca --modes 9 --motion linear -o closed.h5 -q || fail "modes gives $?"
refused 2 'closed.h5.*holds other modes' "${evaluate[@]}" -t set/truth.h5 --structures structures -m closed.h5
draw other_images 7-9 8
refused 2 'different images' "${evaluate[@]}" -t other_images/truth.h5 "${known[@]}"
refused 2 '--without-prior' "${evaluate[@]}" -t set/truth.h5 "${known[@]}" --without-prior
echo "evaluate --structures: all well"
