#!/bin/bash
# A training that is killed, stopped and resumed ends with the weights of one that ran through, to the last bit; a
# resumed one with other options is an error.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 30 32 4.4
common=(train --arch tiny -i set/particles.star -m modes.h5 -l set/truth.h5 --batch 8 --stream 0.5 --seed 3 --save-seconds 0)

same_weights() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/support/network.py" same "$1" "$2"; }

ranks 2 "${common[@]}" --epochs 8 -o through.pt >log 2>&1 || { cat log; fail "train gives $?"; }

# Killed twice in the middle, stopped once on request, then left alone.
for signal in KILL KILL USR1; do
  "${mpiexec[@]}" 2 "$ELASTEM" "${common[@]}" --epochs 8 -o killed.pt --resume >log 2>&1 &
  launcher=$!
  rm -f marker && touch marker
  wait_until 60 test killed.pt -nt marker || { cat log; fail "no checkpoint appears"; }
  if [ "$signal" = KILL ]; then
    mapfile -t pids < <(ranks_of "$launcher")
    kill -9 "${pids[@]}" 2>/dev/null
    wait "$launcher"
  else
    kill -USR1 "$launcher"
    wait "$launcher"
    code=$?
    [ "$code" = 3 ] || [ "$code" = 0 ] || { cat log; fail "a stop on request gives $code"; }
  fi
done
ranks 2 "${common[@]}" --epochs 8 -o killed.pt --resume >log 2>&1 || { cat log; fail "train --resume gives $?"; }
same_weights through.pt killed.pt || fail "a killed and resumed training differs"

# Where an epoch is a single step, every checkpoint but the last is written between the step and the epoch's validation.
single=(train --arch tiny -i set/particles.star -m modes.h5 -l set/truth.h5 --batch 60 --seed 3 --save-seconds 0 --epochs 12)
ranks 2 "${single[@]}" -o single.pt >log 2>&1 || { cat log; fail "train gives $?"; }
"${mpiexec[@]}" 2 "$ELASTEM" "${single[@]}" -o killed_single.pt >log 2>&1 &
launcher=$!
wait_until 60 test -e killed_single.pt || { cat log; fail "no checkpoint appears"; }
mapfile -t pids < <(ranks_of "$launcher")
kill -9 "${pids[@]}" 2>/dev/null
wait "$launcher"
ranks 2 "${single[@]}" -o killed_single.pt --resume >log 2>&1 || { cat log; fail "train --resume gives $?"; }
same_weights single.pt killed_single.pt || fail "a training killed at the end of an epoch differs"

# Ended early, then resumed: another number of epochs is allowed.
ranks 2 "${common[@]}" --schedule constant --epochs 6 -o six.pt >log 2>&1 || { cat log; fail "train gives $?"; }
ranks 2 "${common[@]}" --schedule constant --epochs 2 -o two.pt >log 2>&1 || { cat log; fail "train gives $?"; }
ranks 2 "${common[@]}" --schedule constant --epochs 6 -o two.pt --resume >log 2>&1 || { cat log; fail "--resume gives $?"; }
same_weights six.pt two.pt || fail "a prolonged training differs from a long one"

ranks 3 train --arch tiny -i set/particles.star -m modes.h5 -l set/truth.h5 --batch 2 -o none.pt >log 2>&1
[ $? = 2 ] && grep -q -e '--batch' log || { cat log; fail "a batch that is too small for the ranks is no error"; }
ranks 2 "${common[@]}" --batch 4 --epochs 9 -o two.pt --resume >log 2>&1
[ $? = 2 ] || { cat log; fail "a repeated option is no error"; }
ranks 2 "${common[@]}" --epochs 9 -o two.pt --resume >log 2>&1
[ $? = 2 ] || { cat log; fail "--resume with another schedule is no error"; }
grep -q schedule log || { cat log; fail "the error does not name the schedule"; }
exit 0
