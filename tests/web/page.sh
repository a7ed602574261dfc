#!/bin/bash
# The interactive page of a landscape in headless Chromium, as a user has it: from a disk, by mouse; and what it saves is what
# `elastem export` takes.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
here=$ELASTEM_SOURCE/tests/web
command -v chromium >/dev/null || { echo "skipped: chromium is not installed"; exit 77; }
fresh_folder work

two_states 200
ranks 2 landscape -i a.h5 -m modes.h5 -o land --frames 7 --particles set/particles.star -q || fail "landscape gives $?"
ranks 2 landscape -i set/truth.h5 -m modes.h5 -o true --selection 'q7 < 0' -q || fail "landscape of the truth gives $?"
ranks 1 synthesize -m modes.h5 -o one/particles.star -n 50 --modes 7 --relation linear --size 32 --pixel-size 4.4 -q || fail "synthesize gives $?"
ranks 1 landscape -i one/truth.h5 -m modes.h5 -o one_land -q || fail "landscape of one mode gives $?"

refused 2 'others.star' landscape -i a.h5 -m modes.h5 -o other --particles others.star

timeout 250 /usr/bin/python3 "$here/check_page.py" || fail "the page"

# What was downloaded and what a rectangle is as an expression, to export.
exported() {
  ranks 2 export -i a.h5 -o got.csv --overwrite -q "$@" || fail "export $* gives $?"
  tail -n +2 got.csv | cut -d, -f1
}
exported --selection downloads/selection.star | cmp - lasso.keys || fail "the saved STAR file selects others"
exported --selection downloads/selection.txt | cmp - lasso.keys || fail "the saved text selects others"
exported --selection "$(cat rectangle.expression)" --landscape land | cmp - rectangle.keys || fail "the expression selects others"
ranks 1 export -i set/particles.star -o some.star --selection downloads/selection.star -q || fail "export of the particle file gives $?"
[ "$(grep -c @ some.star)" = "$(wc -l <lasso.keys)" ] || fail "the saved STAR file selects others of the particle file"
echo "page: all well"
