#!/bin/bash
# On a processor without AVX2 (emulated) a program that was built for it says so in one line and ends with 2.
set -uo pipefail
# shellcheck source=tests/support/script.sh
source "$ELASTEM_SOURCE/tests/support/script.sh"
command -v qemu-x86_64 >/dev/null || { echo "skipped: no qemu-x86_64" >&2; exit 77; }

code=0
qemu-x86_64 -cpu Nehalem "$ELASTEM" --version >out.txt 2>err.txt || code=$?
[ "$code" = 2 ] || fail "the program ends with $code: $(cat out.txt err.txt)"
grep -q '^elastem: error: this processor has no AVX2 and FMA, .*ELASTEM_ARCH' err.txt || fail "no sentence: $(cat err.txt)"
[ ! -s out.txt ] || fail "something was printed: $(cat out.txt)"
