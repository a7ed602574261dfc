#!/bin/bash
# Damaged and hostile HDF5 files: an Error with exit code 2 that names the file, no crash, no memory for sizes that were
# made up, and no other file is written into. A modes file with one wrong bit is refused or gives the same export.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder damaged
small_set 6 32 4.4
ranks 1 align -i set/particles.star -m modes.h5 --modes 7-9 -o alignment.h5 || fail "align gives $?"
bits=40
/usr/bin/python3 "$ELASTEM_SOURCE/tests/cli/bad_input/damaged.py" modes.h5 alignment.h5 bad "$bits" || fail "no damaged files"
sha256sum bad/victim.h5 >victim.sum

# refuses NAME ARGUMENTS…: an Error within 8 GB and a minute that names the file.
refuses() {
  local name=$1 code=0
  shift
  (ulimit -v 8000000 && exec timeout -k 5 60 "$ELASTEM" "$@") >out.txt 2>err.txt || code=$?
  [ "$code" = 2 ] || fail "$name: exit code $code, not 2: $(cat out.txt err.txt)"
  grep -q "error: .*$name" err.txt || fail "$name is not named: $(cat err.txt)"
  sha256sum --quiet -c victim.sum || fail "$name writes into another file"
}
for file in bad/table_*.h5; do
  refuses "${file#bad/}" inspect "$file"
  refuses "${file#bad/}" export -i "$file" --particles set/particles.star -o new.star
  refuses "${file#bad/}" align -i set/particles.star -m modes.h5 --modes 7-9 -o "$file" --resume
done
for file in bad/modes_*.h5; do
  refuses "${file#bad/}" export -i "$file" -o new.nmd
done
ranks 1 export -i modes.h5 -o good/modes.nmd -q || fail "export gives $?"
changed=0
for ((i = 0; i < bits; ++i)); do
  code=0
  timeout -k 5 60 "$ELASTEM" export -i "bad/bit$i.h5" -o bit/modes.nmd -q --overwrite >out.txt 2>err.txt || code=$?
  case $code in
    0) cmp -s good/modes.nmd bit/modes.nmd || fail "bit $i gives another export" ;;
    2) changed=$((changed + 1)) ;;
    *) fail "bit $i: exit code $code: $(cat err.txt)" ;;
  esac
done
[ "$changed" -gt 0 ] || fail "no wrong bit was noticed"
echo "$changed of $bits wrong bits are refused"
