#!/bin/bash
# docs/help is what the program prints now, and the program lists each command that has a page.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
bash "$ELASTEM_SOURCE/scripts/help.sh" "$ELASTEM" "$PWD/now" || fail "a --help gives $?"
diff -r "$ELASTEM_SOURCE/docs/help" now || fail "docs/help is out of date: run scripts/help.sh"
for page in now/*.txt; do
  command=$(basename "$page" .txt)
  [ "$command" = elastem ] || grep -q -w -- "$command" now/elastem.txt || fail "elastem --help does not name $command"
  [ "$(wc -l <"$page")" -ge 5 ] || fail "$page says next to nothing"
done
