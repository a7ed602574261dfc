#!/bin/bash
# The interactive page of a landscape in headless Chromium, as a user has it: from a disk, by mouse; and what it saves is what
# `elastem export` takes.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
here=$ELASTEM_SOURCE/tests/web
command -v chromium >/dev/null || { echo "skipped: chromium is not installed"; exit 77; }
fresh_folder work

ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 --motion linear -o modes.h5 -q || fail "modes gives $?"
/usr/bin/python3 - <<'END' || fail "no amplitudes"
import numpy
random = numpy.random.default_rng(4)
state = random.random(200) < 0.7
numpy.savetxt("two.txt", numpy.stack([numpy.where(state, -50, 50) + 4 * random.normal(size=200), 4 * random.normal(size=200)], 1))
END
ranks 2 synthesize -m modes.h5 --modes 7-8 --relation table --amplitudes two.txt -n 200 --size 32 --pixel-size 4.4 --snr 0.3 \
  --psi uniform --shift-px 2 -o set/particles.star -q || fail "synthesize gives $?"
spoil_images 200 32
ranks 2 align -i set/particles.star -m modes.h5 --modes 7-8 --angular-step 18 -o a.h5 -q || fail "align gives $?"
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
