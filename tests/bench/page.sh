#!/bin/bash
# The page of a landscape of a million particles of 16 modes (or NUMBER): its size, how long the landscape takes on two ranks, how
# long Chromium takes to open the page and to draw a lasso. tests/bench/page.sh PROGRAM [NUMBER [FOLDER]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
ELASTEM=$(realpath "$1")
# shellcheck source=scripts/launch.sh
. "$here/../../scripts/launch.sh"
number=${2:-1000000}
folder=${3:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"
"$ELASTEM" modes -i "$here/../data/ake_open_ca.pdb" --atoms ca --modes 22 --motion linear -o modes.h5 -q --overwrite
"$ELASTEM" synthesize -m modes.h5 --modes 7-22 --relation random -n 4 --size 32 --pixel-size 4.4 -o set/particles.star -q --overwrite
/usr/bin/python3 "$here/page/page.py" make set/truth.h5 large.h5 "$number"
SECONDS=0
"${mpiexec[@]}" 2 "$ELASTEM" landscape -i large.h5 -m modes.h5 -o landscape --overwrite
echo "landscape: $SECONDS s on two ranks"
/usr/bin/python3 "$here/page/page.py" open landscape
