#!/bin/bash
# Builds a preset (release unless another is named): scripts/build.sh [release|dev|asan|coverage [TARGET…]]
# ELASTEM_WERROR=ON makes errors of warnings from then on.
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."
preset=${1:-release}
shift || true
echo "build: $preset, on $(env -u OMP_NUM_THREADS nproc) processors"
cmake --preset "$preset" ${ELASTEM_WERROR:+"-DELASTEM_WERROR=$ELASTEM_WERROR"} >"${TMPDIR:-/tmp}/elastem-configure.$$" 2>&1 || {
  cat "${TMPDIR:-/tmp}/elastem-configure.$$" >&2
  rm -f "${TMPDIR:-/tmp}/elastem-configure.$$"
  echo "build: error: cmake could not configure; run scripts/setup.sh first if a library is missing" >&2
  exit 2
}
rm -f "${TMPDIR:-/tmp}/elastem-configure.$$"
cmake --build --preset "$preset" --target "${@:-all}"
