#!/bin/bash
# alignment.h5 is the same to the last bit on 1 to 4 ranks, with more particles than ranks and with fewer, searched and
# with --local; and each good particle's row is the same to the last bit whether bad ones stand between them or not.
# (A stack that is too short is refused before the work: tests/cli/bad_input.)
set -u
# shellcheck source=tests/support/script.sh
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 12 48 3

# aligned RANKS OUTPUT OPTIONS…
aligned() {
  local n=$1 output=$2
  shift 2
  ranks "$n" align -m modes.h5 --modes 7-9 -o "$output" --overwrite -q "$@" 2>log ||
    { cat log; fail "align $* gives $? on $n ranks"; }
}

# same_on OPTIONS COUNT RANKS…: COUNT particles on each number of ranks.
same_on() {
  local options=$1 count=$2 n tables=()
  shift 2
  for n; do
    # shellcheck disable=SC2086
    aligned "$n" "on$n.h5" -i set/truth.star --limit "$count" $options
    tables+=("on$n.h5")
  done
  /usr/bin/python3 - "$count" "${tables[@]}" <<'END' || fail "align $options: the tables differ, or not all rows are done"
import sys
import h5py
tables = [h5py.File(name, "r", locking=False)["particles"] for name in sys.argv[2:]]
bits = [{name: table[name][()].tobytes() for name in table} for table in tables]
assert all(list(table["state"]) == [1] * int(sys.argv[1]) for table in tables), [list(table["state"]) for table in tables]
different = [(file, name) for file, b in zip(sys.argv[2:], bits) for name in b.keys() | bits[0].keys() if b.get(name) != bits[0].get(name)]
sys.exit(f"differ from {sys.argv[2]}: {different}" if different else 0)
END
  echo "ok: $count particles, $options: the same on $* ranks"
}
search="--angular-step 20 --candidates 8 --finalists 2" # for the time's sake
same_on "$search" 10 1 2 3 4
same_on "$search" 3 1 4
same_on --local 10 1 3

# Particle 2 gets a NaN, 5 becomes constant, 6 has another box, 11 an infinity; good.star leaves them out.
ranks 1 synthesize -m modes.h5 -o other/particles.star -n 1 --modes 7-9 --size 32 --pixel-size 3 -q || fail "synthesize"
mkdir broken
cp set/particles.mrcs broken
cp other/particles.mrcs broken/other.mrcs
sed 's/000006@particles.mrcs/1@other.mrcs/' set/truth.star >broken/all.star
grep -v -e '0000\(02\|05\|11\)@' -e '@other' broken/all.star >broken/good.star
/usr/bin/python3 - <<'END'
import numpy as np
pixels = np.memmap("broken/particles.mrcs", dtype="<f4", mode="r+", offset=1024, shape=(12, 48, 48))
pixels[1, 10, 20] = np.nan
pixels[4] = 0.5
pixels[10, 47, 0] = np.inf
END
# The noise spectrum is the mean over the readable particles of one block of 16, so both runs share it to the last bit.
for options in "$search" --local; do
  # shellcheck disable=SC2086
  aligned 3 all.h5 -i broken/all.star $options
  # shellcheck disable=SC2086
  aligned 2 good.h5 -i broken/good.star $options
  /usr/bin/python3 - <<'END' || fail "align $options: bad particles disturb the others"
import sys
import h5py
everything, good = (h5py.File(name, "r", locking=False)["particles"] for name in ("all.h5", "good.h5"))
reasons = {1: 3, 4: 4, 5: 2, 10: 3}  # row: not finite, constant, another box, not finite
rows = [i for i in range(12) if i not in reasons]
assert list(good["state"]) == [1] * 8, list(good["state"])
for i in range(12):
    assert everything["state"][i] == (2 if i in reasons else 1) and everything["reason"][i] == reasons.get(i, 0), i
# Each row has the key of its image, failed ones too, as the truth has it.
keys = [f"{i + 1}@particles.mrcs" for i in range(12)]
assert list(h5py.File("set/truth.h5")["particles/image"].asstr()[:]) == keys
keys[5] = "1@other.mrcs"
assert list(everything["image"].asstr()[:]) == keys, list(everything["image"])
different = [(name, i) for name in good for k, i in enumerate(rows) if everything[name][i].tobytes() != good[name][k].tobytes()]
sys.exit(f"rows that differ: {different}" if different else 0)
END
  echo "ok: $options: four bad particles are failed rows with their reasons, the other eight as without them"
done
