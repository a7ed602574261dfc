#!/bin/bash
# The README's picture of a landscape's page: scripts/page_picture.sh [PROGRAM [FILE]] makes a set of two states, aligns it and takes
# the picture with Chromium. Half a minute on two cores.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "$0")/.." && pwd)
ELASTEM=$(realpath "${1:-$here/build/release/elastem}")
picture=$(realpath -m "${2:-$here/docs/pictures/landscape.webp}")
# shellcheck source=scripts/launch.sh
. "$here/scripts/launch.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$(dirname "$picture")"
cd "$work"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
/usr/bin/python3 - <<'END'
import numpy
random = numpy.random.default_rng(5)
share = random.random(1500)
first = numpy.where(share < 0.62, -30 + 7 * random.normal(size=1500),
                    numpy.where(share < 0.95, 25 + 7 * random.normal(size=1500), random.uniform(-25, 25, 1500)))
numpy.savetxt("amplitudes.txt", numpy.stack([first, 6 * random.normal(size=1500), 4 * random.normal(size=1500)], 1))
END
"$ELASTEM" modes -i "$here/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 -q
"$ELASTEM" synthesize -m modes.h5 --modes 7-9 --relation table --amplitudes amplitudes.txt -n 1500 --size 48 --pixel-size 3 --snr 0.2 \
  --psi uniform --shift-px 2 -o particles.star -q
"${mpiexec[@]}" 2 "$ELASTEM" align -i particles.star -m modes.h5 --modes 7-9 --angular-step 18 -o alignment.h5 -q
"$ELASTEM" landscape -i alignment.h5 -m modes.h5 -o landscape --particles particles.star -q
PYTHONPATH="$here/tests/web" /usr/bin/python3 - "$picture" <<'END'
import sys
import time
from browser import Browser

with Browser() as browser:
    page = browser.open("landscape/index.html", width=1240, height=1000)
    page.wait("document.body.dataset.ready === 'yes'", 30)
    page.value("elastem.lasso(Array.from({length: 40}, (_, k) => [25 * Math.cos(k / 6.37) + 35, 22 * Math.sin(k / 6.37)]))")
    page.value("elastem.movie.choose(elastem.figures.movies.length - 1), elastem.movie.show(4)")
    row = page.value("(keys => [...Array(elastem.count).keys()].find(i => keys.has(elastem.key(i)) && elastem.values('pc1')[i] > 20))"
                     "(new Set(elastem.figures.images.keys))")
    page.value(f"elastem.hover({row})")
    time.sleep(2)
    box = page.value("(b => [b.left, b.top + scrollY, b.width])(document.getElementById('explore').getBoundingClientRect())")
    page.screenshot(sys.argv[1], clip={"x": box[0] - 10, "y": box[1] - 10, "width": box[2] + 20, "height": 1625, "scale": 0.7})
END
ls -l "$picture"
