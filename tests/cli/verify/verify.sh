#!/bin/bash
# Does it move? A set of motion, one of a rigid molecule, and one of a rigid molecule that the model does not look like; on
# several ranks, stopped and resumed, and what is refused.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 30 -o modes.h5 -q || fail "modes gives $?"

# set NAME AMPLITUDES: 160 images with the amplitudes of modes 7-11 of a Python expression in random and n, aligned with 7-8.
set_of() {
  /usr/bin/python3 -c "
import numpy
random, n = numpy.random.default_rng(2), 160
numpy.savetxt('q.txt', $2)" || fail "no amplitudes"
  ranks 2 synthesize -m modes.h5 --modes 7-11 --relation table --amplitudes q.txt -n 160 --size 40 --pixel-size 3.5 --snr 0.2 \
    --seed 5 -o "$1/particles.star" -q || fail "synthesize gives $?"
  ranks 2 align -i "$1/particles.star" -m modes.h5 --modes 7-8 -o "$1.h5" -q >log 2>&1 || { cat log; fail "align gives $?"; }
}
verify() {  # RANKS NAME OPTIONS…
  local n=$1 name=$2
  shift 2
  ranks "$n" verify -i "$name/particles.star" -a "$name.h5" -m modes.h5 "$@" >log 2>&1
}
verdict() {  # FOLDER EXPRESSION about j
  /usr/bin/python3 -c "
import json
j = json.load(open('$1/verification.json'))
assert $2, json.dumps(j, indent=1)" || fail "$1: not $2"
}

set_of moving 'numpy.c_[20 * random.normal(size=n), numpy.zeros((n, 4))]'
verify 2 moving -o moving_v --decoys 4 || { cat log; fail "verify gives $?"; }
grep -q 'moves along mode 7' log || { cat log; fail "the log does not say that mode 7 moves"; }
verdict moving_v "j['verdict'] == 'motion' and j['modes'][0]['verdict'] == 'moves'"
verdict moving_v "abs(j['modes'][0]['motion_rmsd'] / (20 / 211**0.5) - 1) < 0.2 and len(j['decoys']) == 4"
for file in index.html verification.csv verification.png map.mrc; do [ -s "moving_v/$file" ] || fail "no $file"; done
[ "$(wc -l <moving_v/verification.csv)" = 7 ] || fail "another number of lines than of directions"

set_of rigid 'numpy.zeros((n, 5))'
verify 2 rigid -o rigid_v --decoys 4 || { cat log; fail "verify gives $?"; }
verdict rigid_v "j['verdict'] == 'nothing seen' and not j['model_misfit'] and j['modes'][0]['least_seen_rmsd'] < 1"
grep -q 'would have been seen' log || { cat log; fail "the log does not say what would have been seen"; }

# Off by 2.6 Å RMSD along modes that are not fitted: spread, but no motion.
set_of wrong 'numpy.c_[numpy.zeros((n, 2)), 22 * numpy.ones((n, 3))]'
verify 1 wrong -o wrong_v --decoys 4 || { cat log; fail "verify gives $?"; }
verdict wrong_v "j['verdict'] != 'motion'"

# Stopped after some particles, resumed, the same rows.
cp -r moving_v stopped_v
/usr/bin/python3 - <<'END' || fail "no rows to repeat"
import h5py
with h5py.File("stopped_v/map_twin.h5", "r+") as file:
    file["particles/state"][20:60] = 0
END
refused 1 '--overwrite' verify -i moving/particles.star -a moving.h5 -m modes.h5 -o stopped_v --decoys 4
verify 3 moving -o stopped_v --decoys 4 --resume || { cat log; fail "--resume gives $?"; }
for pass in set model_twin; do same_particles "moving_v/$pass.h5" "stopped_v/$pass.h5" || fail "$pass.h5 changed"; done
/usr/bin/python3 - <<'END' || fail "the repeated rows differ"
import h5py, numpy
a, b = (h5py.File(name + "_v/map_twin.h5")["particles/amplitudes"][:] for name in ("moving", "stopped"))
assert numpy.abs(a - b).max() < 0.05, numpy.abs(a - b).max()  # the map of other ranks differs by rounding
END
refused 1 'decoys' verify -i moving/particles.star -a moving.h5 -m modes.h5 -o stopped_v --decoys 5 --resume

verify 1 moving -o dry --dry-run || { cat log; fail "--dry-run gives $?"; }
[ ! -e dry ] || fail "--dry-run leaves a folder"
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o few.h5 -q || fail "modes gives $?"
refused 1 '--decoy-modes' verify -i moving/particles.star -a moving.h5 -m few.h5 -o none --accept-mismatch
ranks 1 verify -i moving/particles.star -a moving.h5 -m few.h5 --decoy-modes modes.h5 -n 60 -o other -q --accept-mismatch >log 2>&1 ||
  { cat log; fail "--decoy-modes gives $?"; }
refused 1 'no error bars' verify -i moving/particles.star -a moving/truth.h5 -m modes.h5 -o none
[ ! -e none ] || fail "a refused run leaves a folder"

# Decoys of another conformation of the same atoms are none.
awk '/^ATOM/ { printf "%s%8.3f%s\n", substr($0, 1, 30), 1.05 * substr($0, 31, 8), substr($0, 39); next } { print }' \
  "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" >other.pdb
ranks 1 modes -i other.pdb --atoms ca --modes 30 -o other_modes.h5 -q || fail "modes gives $?"
refused 2 '--decoy-modes: other_modes.h5 is of another conformation' verify -i moving/particles.star -a moving.h5 -m modes.h5 \
  --decoy-modes other_modes.h5 -o none
[ ! -e none ] || fail "a refused run leaves a folder"
ranks 1 verify -i moving/particles.star -a moving.h5 -m modes.h5 --decoy-modes other_modes.h5 -o none --dry-run --accept-mismatch ||
  fail "--accept-mismatch gives $?"

# Of copies of an image, as symmetry expansion makes them, one is looked at.
/usr/bin/python3 - <<'END' || fail "no expanded set"
lines = open("moving/particles.star").read().splitlines()
open("moving/expanded.star", "w").write("\n".join(lines + [line for line in lines if "@" in line]) + "\n")
END
for n in 1 2; do
  ranks $n verify -i moving/expanded.star -a moving.h5 -m modes.h5 -o none --dry-run >log 2>&1 || { cat log; fail "verify gives $?"; }
  grep -q '160 rows are copies of an image' log && grep -q '160 of 320 particles' log || { cat log; fail "copies are looked at too"; }
done
