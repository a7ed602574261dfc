# shellcheck shell=bash disable=SC2034,SC2154  # between the callers and here
# What experiment_1.sh and experiment_2.sh share: sourced with source_dir set. Sets up the program, and defines
#   run NAME ARGUMENTS…     a command of elastem with its log in NAME.log, unless NAME.done says it was finished;
#                           a stopped or killed one is resumed from what its output holds
#   figure RESULT PATH      one number of the errors of RESULT.h5 against truth.h5 beside it, e.g. all/global/mean_absolute_error
: "${RANKS:=2}" "${MINUTES:=90}" "${SEED:=1}"
[ $# -ge 1 ] || { sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; exit 2; }
structure=$(realpath "$1")
work=$(mkdir -p "${2:-experiment}" && realpath "${2:-experiment}")
if [ -z "${ELASTEM:-}" ]; then # a program that is already there
  "$source_dir/scripts/setup.sh" build
  "$source_dir/scripts/build.sh" release
fi
elastem=${ELASTEM:-$source_dir/build/release/elastem}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
launch=("${mpiexec[@]}" "$RANKS")
cd "$work" || exit

run() {
  local name=$1 code=0
  shift
  [ -e "$name.done" ] && return 0
  printf '%s  %s\n' "$(date +%T)" "$*" >&2
  if [ "$1" != modes ]; then set -- "$@" --resume; fi
  "${launch[@]}" "$elastem" "$@" >>"$name.log" 2>&1 || code=$?
  [ "$code" = 0 ] || { tail -n 20 "$name.log" >&2; printf '%s failed (%d)\n' "$name" "$code" >&2; exit "$code"; }
  touch "$name.done"
}

figure() {
  "$elastem" evaluate -i "$1.h5" -t "$(dirname "$1")/truth.h5" --json 2>/dev/null | /usr/bin/python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("/"):
    value = value[key]
print(f"{value:.{3 if value < 1 else 2}f}")' "$2"
}

# synthetic images of the reference experiment: set NAME NUMBER SEED OPTIONS…
set_of() {
  local name=$1 number=$2 seed=$3
  shift 3
  run "$name.set" synthesize -m modes.h5 -o "$name/particles.star" -n "$number" --seed "$seed" --modes 7-9 \
    --relation helix --amplitude 200 "$@"
}
