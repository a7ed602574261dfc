#!/bin/bash
# Molecules of the other contrast than they are read with are noticed before the work, with --local too; right ones are
# not accused, nor are images of noise.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 -q || fail "modes gives $?"
make() { ranks 1 synthesize -m modes.h5 --modes 7-9 --size 48 --pixel-size 3 --shift-px 3 -n 20 -q "$@" || fail "synthesize gives $?"; }
make -o bright/particles.star --seed 31
make -o dark/particles.star --seed 31 --invert
make -o noise/particles.star --seed 31 --snr 1e-5
# said N SET OPTIONS…: the log of a dry run on N ranks
said() { ranks "$1" align -i "$2.star" -m modes.h5 --modes 7-9 -o new.h5 --dry-run "${@:3}" >log 2>&1 || { cat log; fail "align gives $?"; }; }
warned() { said "$@"; grep -q 'sign of their contrast turned' log || { cat log; fail "no warning: $*"; }; }
quiet() { said "$@"; grep -q 'sign of their contrast turned' log && { cat log; fail "a warning: $*"; }; return 0; }
warned 1 dark/particles
grep -q -e '--invert reads them so' log || { cat log; fail "the warning does not name --invert"; }
grep 'contrast turned' log | sed 's/.*warning[^:]*//' >one.txt
warned 3 dark/particles
grep 'contrast turned' log | sed 's/.*warning[^:]*//' | cmp - one.txt || fail "the evidence depends on the ranks"
warned 2 bright/particles --invert
grep -q 'leave --invert out' log || { cat log; fail "the warning does not say to leave --invert out"; }
warned 2 dark/truth --local
quiet 2 bright/particles
quiet 2 dark/particles --invert
quiet 2 bright/truth --local
quiet 2 noise/particles
quiet 2 noise/particles --invert
exit 0
