#!/bin/bash
# The chain from modes to a landscape with curved and with linear motion: the modes file alone decides, and every command
# follows it.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
open=$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb

# chain MOTION FOLDER: all stages of the modes that --motion MOTION makes.
chain() {
  mkdir "$2"
  ranks 2 modes -i "$open" --atoms ca --modes 9 --motion "$1" -o "$2/modes.h5" --report "$2/report" --animate 8 2>"$2/log" || fail "modes gives $?"
  ranks 2 synthesize -m "$2/modes.h5" -o "$2/set/particles.star" -n 24 --modes 7-9 --relation helix --size 32 \
    --pixel-size 4.4 --snr 1 --seed 3 -q || fail "synthesize gives $?"
  ranks 2 align -i "$2/set/truth.star" -m "$2/modes.h5" --modes 7-9 --local -o "$2/alignment.h5" -q || fail "align gives $?"
  ranks 1 evaluate -i "$2/alignment.h5" -t "$2/set/truth.h5" >"$2/errors.txt" || fail "evaluate gives $?"
  ranks 2 landscape -i "$2/set/truth.h5" -m "$2/modes.h5" -o "$2/land" --frames 5 -q || fail "landscape gives $?"
}
chain curved curved
chain linear linear
grep -q 'curved motion: rotations of neighbourhoods of 10 Å' curved/log || fail "curved motion is not logged: $(cat curved/log)"
grep -q 'curved motion' linear/log && fail "linear motion has rotations: $(cat linear/log)"
ranks 1 inspect curved/modes.h5 | grep -q 'curved motion' || fail "inspect does not tell curved motion"
ranks 1 inspect linear/modes.h5 | grep -q 'linear motion' || fail "inspect does not tell linear motion"
/usr/bin/python3 "$ELASTEM_SOURCE/tests/cli/motion/check_motion.py" curved linear || fail "motion is not what the modes file says"

# Amplitudes of one motion mean nothing with the other.
refused 2 'holds amplitudes of the modes of' landscape -i curved/alignment.h5 -m linear/modes.h5 -o new
refused 1 '--motion' modes -i "$open" --atoms ca --motion round -o refused.h5

# The same without asking, on other ranks, and for modes that are imported.
ranks 3 modes -i "$open" --atoms ca --modes 9 -o default.h5 -q || fail "modes gives $?"
ranks 2 modes -i "$open" --atoms ca --import linear/modes.h5 -o imported.h5 -q || fail "import gives $?"
ranks 2 modes -i "$open" --atoms ca --modes 9 --block-residues 2 -o blocks.h5 2>log || fail "blocks give $?"
grep -q 'rotations of the rigid blocks' log || fail "rigid blocks do not turn: $(cat log)"
/usr/bin/python3 - <<'END' || fail "rotations depend on ranks or on where modes come from"
import h5py, numpy
one, other, imported, blocks = (h5py.File(f"{name}.h5", "r") for name in ("curved/modes", "default", "imported", "blocks"))
largest = abs(one["modes/rotations"][:]).max()
for file in (other, imported):
    # Solvers agree on vectors to 1e-11 or so.
    assert abs(file["modes/rotations"][:] - one["modes/rotations"][:]).max() < 1e-8 * largest
    assert dict(file["modes/rotations"].attrs)["units"] in ("rad/Å", "rad/Å".encode())
turns = blocks["modes/rotations"][0].reshape(-1, 3)
assert (turns[0:2] == turns[0]).all() and (turns[2:4] == turns[2]).all() and (turns[0] != turns[2]).any()
END
