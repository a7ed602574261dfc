#!/bin/bash
# Builds the fuzzers of tests/fuzz with clang and runs each of them; what one finds is left in build/fuzz/found.
#
#   scripts/fuzz.sh SECONDS [TARGET…]    particles, mrc, mode_files, expressions, numbers; by default all
#
# Keep what was found, made small with `build/fuzz/tests/fuzz/fuzz_TARGET -minimize_crash=1 FILE`, in
# tests/fuzz/seeds/TARGET: an ordinary test replays it.
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."
case "${1:-}" in
  '' | *[!0-9]*) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
seconds=$1
shift
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=(particles mrc mode_files expressions numbers)

build=${ELASTEM_FUZZ_BUILD:-build/fuzz}
cmake -G Ninja -S . -B "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O1 -g' \
  -DCMAKE_C_COMPILER=clang-16 -DCMAKE_CXX_COMPILER=clang++-16 -DCMAKE_CXX_FLAGS=-fsanitize=fuzzer-no-link \
  -DELASTEM_FUZZ=ON -DELASTEM_SANITIZE=ON -DELASTEM_LEARNING=OFF -DELASTEM_ARCH= >/dev/null
ninja -C "$build" "${targets[@]/#/fuzz_}"

# The targets write what they read to a temporary folder.
[ -w /dev/shm ] && export TMPDIR=/dev/shm
failed=()
for target in "${targets[@]}"; do
  mkdir -p "$build/corpus/$target" "$build/found"
  if "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -max_len=4096 \
    -print_final_stats=1 -artifact_prefix="$build/found/$target-" "$build/corpus/$target" \
    "tests/fuzz/seeds/$target" 2>"$build/$target.log"; then
    printf '%s: nothing found; %s\n' "$target" "$(grep -a number_of_executed_units "$build/$target.log")"
  else
    failed+=("$target")
    tail -40 "$build/$target.log"
  fi
done
[ "${#failed[@]}" = 0 ] || { echo "found something: ${failed[*]}; see $build/found"; exit 1; }
