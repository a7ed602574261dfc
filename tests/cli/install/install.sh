#!/bin/bash
# Installed into an empty prefix that is then moved, with the source out of sight: a small chain from a structure to its
# landscape, and with ON the man pages and the completion of bash. No file of the prefix names the source or the prefix.
#   install.sh ON|OFF        OFF: of a build without ELASTEM_PAGES
set -euo pipefail
# shellcheck source=tests/support/script.sh
. "$ELASTEM_SOURCE/tests/support/script.sh"

away=$(mktemp -d)
trap 'rm -rf "$away" "$OMPI_MCA_orte_tmpdir_base"' EXIT
cmake --install "$(dirname "$ELASTEM")" --prefix "$away/installed" >install.txt 2>&1 || fail "not installed: $(cat install.txt)"
mv "$away/installed" "$away/moved"
for name in "$ELASTEM_SOURCE" "$away/installed"; do
  ! grep -rlF "$name" "$away/moved" >names.txt || fail "$name stands in: $(cat names.txt)"
done

cp "$ELASTEM_SOURCE/tests/cli/install/away.sh" "$away/"
run=(env -i PATH="$away/moved/bin:/usr/bin:/bin" HOME="$away" LC_ALL=C.UTF-8 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MPIEXEC="${mpiexec[*]}"
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 bash "$away/away.sh" "$away" "$1")
cd "$away"
if unshare -m true 2>/dev/null; then
  # An empty file system over the source, seen by these processes alone.
  # shellcheck disable=SC2016
  unshare -m bash -c 'mount -t tmpfs tmpfs "$0" && [ -z "$(ls -A "$0")" ] && exec "$@"' "$ELASTEM_SOURCE" "${run[@]}"
else
  echo "the source cannot be hidden here (no unshare -m)"
  "${run[@]}"
fi
