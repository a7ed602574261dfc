#!/bin/bash
# tests/bench/synthesis.sh STRUCTURE [BUILD [IMAGES]]: what synthetic images cost, 64 pixels of 2.2 Å, all atoms of the
# structure, CTF and noise. First the parts of one image on one core beside an FFTW transform pair in the same run; then
# whole programs: elastem on one and two ranks, with and without the truth's bounds, two separate one-rank runs at once
# (what the machine has to give), and relion_project --ctf --add_noise of a rigid map, in turn, five times. Prints CSV:
# the median seconds of the whole program, and of the images alone as elastem counts them. With bounds a fifth as many.
# Needs a quiet machine with two cores; BUILD/tests/bench/synthesis/synthesis_bench is built when it is missing.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 1 ] || { sed -n '2,7s/^# //p' "$0"; exit 2; }
structure=$(realpath "$1")
build=$(realpath "${2:-$source_dir/build/release}")
images=${3:-100000}
relion_images=3000
elastem=$build/elastem
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
cmake --build "$build" --target synthesis_bench >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$elastem" modes -i "$structure" --modes 9 -o modes.h5 -q
"$build/tests/bench/synthesis/synthesis_bench" modes.h5

seconds() {  # COMMAND…: seconds of all of it, and as the log has them
  local start end
  start=$(date +%s.%N)
  "$@" >log 2>&1 || { cat log; exit 1; }
  end=$(date +%s.%N)
  awk "BEGIN { printf \"%s \", $end - $start }"
  sed -n 's/^[0-9]* images in \([0-9.]*\) s .*/\1/p' log | sort -n | tail -1 | grep . || echo -
}
set_of() {  # RANKS FOLDER NUMBER OPTIONS…
  local ranks=$1 folder=$2 number=$3
  shift 3
  "${mpiexec[@]}" "$ranks" --bind-to core "$elastem" synthesize -m modes.h5 -o "$folder/particles.star" -n "$number" \
    --modes 7-9 --overwrite "$@"
}
two_copies() {  # NUMBER OPTIONS…
  local number=$1
  shift
  taskset -c 0 "$elastem" synthesize -m modes.h5 -o one/particles.star -n "$number" --modes 7-9 --overwrite "$@" &
  taskset -c 1 "$elastem" synthesize -m modes.h5 -o two/particles.star -n "$number" --modes 7-9 --overwrite "$@"
  wait
}
relion=$(command -v relion_project || true)
if [ -n "$relion" ]; then
  "$elastem" synthesize -m modes.h5 -o small/particles.star -n "$relion_images" --modes 7-9 -q
  /usr/bin/python3 "$source_dir/tests/interop/relion/images.py" density modes.h5 64 2.2 density.mrc
fi
few=$((images / 5))
set_of 2 one "$few" >/dev/null
for _ in 1 2 3 4 5; do
  seconds set_of 1 one "$images" --bounds none >>one_rank
  seconds set_of 2 two "$images" --bounds none >>two_ranks
  seconds two_copies "$images" --bounds none >>two_copies
  seconds set_of 1 one "$few" >>one_rank_bounds
  seconds set_of 2 two "$few" >>two_ranks_bounds
  [ -z "$relion" ] || seconds relion_project --i density.mrc --o projected --ang small/truth.star --ctf --add_noise \
    --white_noise 1 --angpix 2.2 >>relion_project
done
echo "machine,program,images,seconds,seconds_of_images"
machine=$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)
report() {  # NAME IMAGES
  [ -e "$1" ] || return 0
  echo "$machine,$1,$2,$(cut -d' ' -f1 "$1" | sort -n | sed -n 3p),$(cut -d' ' -f2 "$1" | sort -n | sed -n 3p)"
}
report one_rank "$images"
report two_ranks "$images"
report two_copies $((2 * images))
report one_rank_bounds "$few"
report two_ranks_bounds "$few"
report relion_project "$relion_images"
