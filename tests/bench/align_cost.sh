#!/bin/bash
# tests/bench/align_cost.sh [BUILD [STRUCTURE [N]]]: what `elastem align` takes for an image on one core against box size,
# atoms, modes and finest resolution, over N (40) images each (median of ROUNDS, 3), as CSV; beside it, timed in the same
# round, one projection with derivatives of the same model and box, and one real FFTW transform of 64² pixels (half of a
# pair). Boxes are 141 Å wide: 64 pixels of 2.2 Å, 128 of 1.1 Å, … Atoms: the Cα of adenylate kinase in tests/data, and all
# of STRUCTURE if there is one. ALIGN="…": more options for every alignment. Needs a quiet core.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
case "${1:-}" in -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
build=$(realpath "${1:-$source_dir/build/release}")
structure=${2:+$(realpath "$2")} images=${3:-40} rounds=${ROUNDS:-3}
elastem=$build/elastem
bench=$build/tests/bench/synthesis/synthesis_bench
cmake --build "$build" --target synthesis_bench >/dev/null
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$elastem" modes -i "$source_dir/tests/data/ake_open_ca.pdb" --atoms ca --modes 26 -o ca.h5 -q
[ -z "$structure" ] || "$elastem" modes -i "$structure" --atoms all --modes 26 -o all.h5 -q

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
microseconds() { "$bench" "$@" | awk -F, -v part="${*: -1}" '$1 == part { print $4 }'; }

# row MODEL SIZE LAST_MODE OPTIONS…
row() {
  local model=$1 size=$2 modes=7-$3 pixel set
  shift 3
  pixel=$(awk "BEGIN { print 140.8 / $size }") set=$model-$size-$modes
  [ -e "$set/particles.star" ] || "$elastem" synthesize -m "$model.h5" -o "$set/particles.star" -n "$images" --modes "$modes" \
    --relation random --size "$size" --pixel-size "$pixel" --bounds none --contact-sheet none -q
  rm -f cost projection transform
  for _ in $(seq "$rounds"); do
    # shellcheck disable=SC2086
    "$elastem" align -i "$set/particles.star" -m "$model.h5" --modes "$modes" -o a.h5 --overwrite "$@" ${ALIGN:-} 2>log ||
      { cat log >&2; exit 1; }
    sed -n 's/.*particles\/s, each \([0-9.]*\) ms of one rank.*/\1/p' log >>cost
    microseconds "$model.h5" "$modes" "$size" "$pixel" 3 projection_with_derivatives >>projection
    microseconds "$model.h5" "$modes" 64 2.2 15 fft_pair | awk '{ print $1 / 2 }' >>transform
  done
  awk -v machine="$machine" -v model="$model" -v atoms="$(sed -n 's/.*, \([0-9]*\) atoms, modes.*/\1/p' log)" -v size="$size" \
    -v modes="$modes" -v options="$*" -v cost="$(median <cost)" -v projection="$(median <projection)" \
    -v transform="$(median <transform)" 'BEGIN {
      printf "%s,%s,%d,%d,%s,%s,%s,%s,%s,%.0f,%.0f\n", machine, model, atoms, size, modes, options, cost, projection,
        transform, 1000 * cost / projection, 1000 * cost / transform }'
}

machine=$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)
echo "machine,model,atoms,size,modes,options,align_ms,projection_with_derivatives_us,fft64_us,projections_an_alignment,fft64_an_alignment"
for model in ca all; do
  [ -e "$model.h5" ] || continue
  for size in ${SIZES:-32 64 128 256}; do row "$model" "$size" 9; done
  for size in ${SIZES:-128 256}; do [ "$size" -le 64 ] || row "$model" "$size" 9 --max-resolution 4.4; done
  for last in ${LAST_MODES:-12 16 26}; do row "$model" 64 "$last"; done
done
