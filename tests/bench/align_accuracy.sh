#!/bin/bash
# tests/bench/align_accuracy.sh [BINARY [STRUCTURE.pdb [N [SET…]]]]: how near `elastem align` comes to the truth and to the
# Cramér–Rao bound, one row per set of N (1000) synthetic images. Without a structure (or with an empty one) the Cα atoms of
# adenylate kinase in tests/data at the default amplitude; else all atoms of it, modes on a helix of ±AMPLITUDE (200) Å.
# Motion is linear, as in the figures of the docs.
# Sets (by default all): clean64 reference box128 prior snr005 snr002 defocus before_ctf local ten_modes.
#   WORK=DIR     keeps each set's images, result, evaluation.json and logs there, and goes on from them
#   SEEDS="1 2"  seeds of the images, a row each       RANKS=2       ranks of synthesize and align
#   FORMAT=csv|markdown                                ALIGN="…"     more options for every alignment
# Errors, bounds and pulls are of the amplitudes; "found" are images whose orientation is within 15° of the true one; least
# and most pull: the spread of (estimate − truth)/standard error over the amplitudes and the five parameters of the pose.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
case "${1:-}" in -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
elastem=$(realpath "${1:-$source_dir/build/release/elastem}")
structure=${2:-} images=${3:-1000} ranks=${RANKS:-2} format=${FORMAT:-csv}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- clean64 reference box128 prior snr005 snr002 defocus before_ctf local ten_modes
here=$source_dir/tests/bench/align_accuracy
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
if [ -n "${WORK:-}" ]; then
  mkdir -p "$WORK"
  work=$(realpath "$WORK")
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

if [ -n "$structure" ]; then
  atoms=(-i "$(realpath "$structure")" --atoms all)
  amplitude=${AMPLITUDE:-200}
else
  atoms=(-i "$source_dir/tests/data/ake_open_ca.pdb" --atoms ca)
  amplitude=${AMPLITUDE:-71.2} # 4.9·√211
fi
cd "$work"
motion=(--motion linear)
"$elastem" modes --help | grep -q -e --motion || motion=() # an older program knows no other
[ -e modes.h5 ] || "$elastem" modes "${atoms[@]}" --modes 16 "${motion[@]}" -o modes.h5 -q

# set_options NAME: how its images are made and aligned, in make and align; 1 when this program cannot.
set_options() {
  local helix=(--modes 7-9 --relation helix --amplitude "$amplitude" --psi uniform --shift-px 5)
  local optics=(--defocus 5000 --snr 0.1) box=(--size 64 --pixel-size 2.2)
  align=(--modes 7-9)
  make=("${helix[@]}" "${box[@]}" "${optics[@]}")
  case $1 in
    clean64) make=("${helix[@]}" "${box[@]}" --defocus none --snr none) ;;
    reference) ;;
    box128) make=("${helix[@]}" --size 128 --pixel-size 1.1 "${optics[@]}") ;;
    prior)
      align+=(--learn-prior)
      "$elastem" align --help | grep -q -e --learn-prior || return 1
      ;;
    snr005) make=("${helix[@]}" "${box[@]}" --defocus 5000 --snr 0.05) ;;
    snr002) make=("${helix[@]}" "${box[@]}" --defocus 5000 --snr 0.02) ;;
    defocus) make=("${helix[@]}" "${box[@]}" --defocus 5000-25000 --astigmatism 0-1000 --snr 0.1) ;;
    before_ctf) make+=(--noise-before-ctf 1) ;;
    local) align+=(--local) ;;
    ten_modes)
      make=(--modes 7-16 --relation random --amplitude "$(awk "BEGIN { print $amplitude / 2 }")" --psi uniform
        --shift-px 5 "${box[@]}" "${optics[@]}")
      align=(--modes 7-16)
      ;;
    *) echo "there is no set $1; see --help" >&2; exit 2 ;;
  esac
}

# logged LOG COMMAND…: its output in a file, shown when it fails.
logged() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
}

# evaluated NAME SEED: makes what is not there yet of the folder NAME-N-SEED.
evaluated() {
  local folder=$1-$images-$2 launch=("${mpiexec[@]}" "$ranks" "$elastem")
  mkdir -p "$folder"
  [ ! -e "$folder/evaluation.json" ] || return 0
  logged "$folder/synthesize.log" "${launch[@]}" synthesize -m modes.h5 -o "$folder/particles.star" -n "$images" \
    "${make[@]}" --contact-sheet none --seed "$2" --resume
  local particles=$folder/particles.star
  if [ "$1" = local ]; then
    particles=$folder/starts.star
    /usr/bin/python3 "$here/perturb.py" "$folder/truth.star" "$particles" 10 3 "$2"
  fi
  # shellcheck disable=SC2086
  logged "$folder/align.log" "${launch[@]}" align -i "$particles" -m modes.h5 -o "$folder/alignment.h5" "${align[@]}" \
    ${ALIGN:-} --resume
  "$elastem" evaluate -i "$folder/alignment.h5" -t "$folder/truth.h5" --json >"$folder/evaluation.part" 2>"$folder/evaluate.log"
  mv "$folder/evaluation.part" "$folder/evaluation.json"
}

/usr/bin/python3 "$here/row.py" "$format"
for name; do
  if ! set_options "$name"; then
    echo "$name: not in this program" >&2
    continue
  fi
  for seed in ${SEEDS:-1}; do
    evaluated "$name" "$seed"
    /usr/bin/python3 "$here/row.py" "$format" "$name" "$seed" "$ranks" "$name-$images-$seed/evaluation.json" \
      "$name-$images-$seed/align.log"
  done
done
