#!/bin/bash
# The errors that evaluate prints are those that numpy finds in the same tables, on any number of ranks.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
here=$ELASTEM_SOURCE/tests/cli/evaluate
fresh_folder work

small_set 60 32 4.4
/usr/bin/python3 "$here/check_evaluation.py" make set/truth.h5 result.h5 || fail "the result cannot be made"

for n in 1 2 3; do
  ranks "$n" evaluate -i result.h5 -t set/truth.h5 --json >"json$n" || fail "evaluate gives $? on $n ranks"
  cmp json1 "json$n" || fail "the JSON depends on the number of ranks"
done
/usr/bin/python3 "$here/check_evaluation.py" check set/truth.h5 result.h5 json1 modes.h5 || fail "the figures differ"

ranks 1 evaluate -i result.h5 -t set/truth.h5 >table || fail "the table gives $?"
cat table
for word in 'All: 58 images' '1 failed, 1 pending' 'mode 7' 'mode 9' global 'RMSD \[Å\]' 'shift \[px\]' 'Pose found'; do
  grep -q -e "$word" table || fail "no '$word' in the table"
done

ranks 1 evaluate -i set/truth.h5 -t set/truth.h5 --json >itself || fail "the truth against itself gives $?"
/usr/bin/python3 - <<'END' || fail "the truth differs from itself"
import json, sys
all_ = json.load(open("itself"))["all"]
sys.exit(not (all_["count"] == 60 and all_["global"]["mean_absolute_error"] == 0 and all_["rotation_error"]["mean"] < 1e-5))
END

ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 --motion linear -o other.h5 || fail "modes gives $?"
ranks 1 synthesize -m other.h5 -o other/particles.star -n 3 --modes 7-8 --relation linear --size 32 --pixel-size 4.4 || fail "synthesize"
ranks 1 synthesize -m other.h5 -o few/particles.star -n 3 --modes 7-9 --size 32 --pixel-size 4.4 || fail "synthesize"
refused 2 "7,8" evaluate -i result.h5 -t other/truth.h5
refused 2 'different images' evaluate -i result.h5 -t few/truth.h5
refused 2 '--pixel-size' evaluate -i result.h5 -t set/truth.h5 --pixel-size 0
echo "evaluate: all well"
