#!/bin/bash
# alignment.h5 is the same to the last bit on 1 to 4 ranks, with more particles than ranks and with fewer.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 20 48 3
for count in 20 3; do
  for n in 1 2 3 4; do
    ranks "$n" align -i set/particles.star -m modes.h5 --modes 7-9 -o "on$n.h5" --limit "$count" --angular-step 15 \
      --overwrite -q || fail "align gives $? on $n ranks"
    [ "$(rows_done "on$n.h5")" = "$count" ] || fail "not all rows are done on $n ranks"
    same_particles on1.h5 "on$n.h5" || fail "the table differs on $n ranks"
  done
  echo "ok: $count particles: the same on 1, 2, 3 and 4 ranks"
done
