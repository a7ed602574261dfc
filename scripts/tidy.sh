#!/bin/bash
# clang-tidy over the program's own code with the checks of .clang-tidy: scripts/tidy.sh [FILE…]
# Needs a configured build (its compile commands). Sources that include LibTorch's headers are left out: clang cannot read
# those of 1.13 as C++20 (std::vector of an incomplete c10::IValue), and takes more than a minute to find out. A source that passed is not looked at again until it, a header of the project or the checks change.
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."
build=build/${ELASTEM_PRESET:-release}
[ -r "$build/compile_commands.json" ] || { echo "tidy: error: no $build; run scripts/build.sh first" >&2; exit 2; }

mapfile -t files < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else find src mpi -name '*.cpp' | sort; fi)
torch_headers=$(grep -l '#include <\(torch\|c10\)/' src/learning/*.hpp | sed 's|^src/\(.*\)|"\1"|')
headers=$(find src mpi -name '*.hpp' -print0 | sort -z | xargs -0 cat .clang-tidy | sha256sum | cut -c1-32)
mkdir -p "$build/tidy"

check() {
  local file=$1 stamp log
  grep -q "\"file\": \"$PWD/$file\"" "$build/compile_commands.json" || return 0
  stamp=$build/tidy/$(echo "$file" | tr / -)
  [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$headers $(sha256sum <"$file")" ] && return 0
  log=$stamp.log
  if grep -q -F -e '<torch/' -e '<ATen/' -e "$torch_headers" "$file"; then return 0; fi
  if clang-tidy-16 --quiet -p "$build" "$file" >"$log" 2>/dev/null; then
    echo "$headers $(sha256sum <"$file")" >"$stamp"
  else
    cat "$log"
    return 1
  fi
}
export -f check
export build headers torch_headers PWD

printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(env -u OMP_NUM_THREADS nproc)" bash -c 'check "$1"' check || {
  echo "tidy: error: clang-tidy has something to say, see above" >&2
  exit 1
}
echo "tidy: ${#files[@]} sources, nothing to complain about"
