#!/bin/bash
# Sets up, builds and tests: the release build with all tests, then the unit tests of the core, the parsers, the
# command line and imaging under AddressSanitizer and UndefinedBehaviorSanitizer. The last line says how many tests
# passed.
#
#   scripts/test.sh          what every change must pass
#   scripts/test.sh quick    the release build and its tests only
#   scripts/test.sh full     also all other unit and MPI tests under the sanitizers, and clang-tidy (half an hour more)
set -uo pipefail
unset CDPATH
cd "$(dirname "$0")/.." || exit 2

case "${1:-all}" in
  all | quick | full) ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
processors=$(env -u OMP_NUM_THREADS nproc)  # nproc obeys OMP_NUM_THREADS
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# Open MPI removes its folder when the last program ends, even while another one is starting in it: something stays there.
mkdir -p "${TMPDIR:-/tmp}/ompi.$(hostname).$(id -u)/kept"
reports=()
extra_failures=()

# part TITLE COMMAND…: runs one part and says how long it took; a part that fails is remembered.
part() {
  local title=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$title"
  if ! "$@"; then
    extra_failures+=("$title")
    printf '== %s: FAILED after %d s\n' "$title" "$((SECONDS - start))"
    return 1
  fi
  printf '== %s: %d s\n' "$title" "$((SECONDS - start))"
}

# tests PRESET ARGUMENTS…: ctest with a report that is counted at the end.
tests() {
  local preset=$1 report
  shift
  report=$PWD/build/$preset/tests.xml
  rm -f "$report"
  reports+=("$report")
  # Two more than there are processors: many tests wait for programs to start and end.
  ctest --preset "$preset" -j "$((processors + 2))" --output-junit "$report" "$@"
}

if part "set up" scripts/setup.sh && part "build release" scripts/build.sh release; then
  part "tests, release" tests release
  if [ "${1:-all}" != quick ]; then
    targets='unit_core unit_particles unit_maps unit_modes unit_report unit_cli unit_options unit_imaging unit_fuzz_replay'
    names='^(core|particles|maps|modes|report|cli|options|imaging|fuzz_replay)[.]'
    if [ "${1:-all}" = full ]; then
      targets=test_programs
      names='.'
    fi
    # OpenMPI leaks at its end by design; what is looked for under mpirun is misuse of memory.
    export ASAN_OPTIONS=detect_leaks=0:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    # shellcheck disable=SC2086  # a list of targets
    # Warnings are errors of the release build alone: GCC's are not all true of code with checks in it.
    if ELASTEM_WERROR='' part "build with sanitizers" scripts/build.sh asan $targets; then
      part "tests, sanitizers" tests asan -L '^(unit|mpi)$' -R "$names" -E '^house'
    fi
    unset ASAN_OPTIONS UBSAN_OPTIONS
  fi
  if [ "${1:-all}" = full ]; then
    part "clang-tidy" scripts/tidy.sh
  fi
fi

printf '\n%d min %d s\n' "$((SECONDS / 60))" "$((SECONDS % 60))"
for title in "${extra_failures[@]}"; do printf 'failed: %s\n' "$title"; done
if [ "${#reports[@]}" = 0 ]; then
  echo "0 passed, ${#extra_failures[@]} failed, 0 skipped"
  exit 1
fi
/usr/bin/python3 scripts/count_tests.py "${reports[@]}"
code=$?
[ "${#extra_failures[@]}" = 0 ] || code=1
exit "$code"
