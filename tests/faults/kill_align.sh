#!/bin/bash
# Ten times: `kill -9` of a rank or of mpirun in the middle of `align`, then the same command with --resume. The table
# in the end is that of an undisturbed run, to the last bit. Set SEED to repeat a run of this test.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder kill_align
seed=${SEED:-$(($(date +%s) % 32768))}
echo "SEED=$seed"
RANDOM=$seed

n=300
small_set "$n" 64 2.2
command=(align -i set/particles.star -m modes.h5 --modes 7-9)
start=$SECONDS
ranks 2 "${command[@]}" -o undisturbed.h5 || fail "align gives $?"
echo "undisturbed: $((SECONDS - start)) s, $(rows_done undisturbed.h5) of $n rows done"

kills=0
mid_run=0
while [ "$kills" -lt 10 ]; do
  "${mpiexec[@]}" 2 "$ELASTEM" "${command[@]}" -o killed.h5 --resume >log 2>&1 &
  launcher=$!
  before=$(rows_done killed.h5)
  # Half of the kills come at a random moment, before the table is there too; half once some new rows are written.
  if [ $((kills % 2)) = 0 ]; then
    sleep "0.$((RANDOM % 900 + 100))"
  else
    wanted=$((before + 1 + RANDOM % 20))
    more_rows() { [ "$(rows_done killed.h5)" -ge "$wanted" ] || all_gone "$launcher"; }
    wait_until 120 more_rows || fail "no new rows within two minutes"
  fi
  mapfile -t workers < <(ranks_of "$launcher")
  everyone=("$launcher" "${workers[@]}")
  if all_gone "$launcher"; then
    wait "$launcher" || { cat log; fail "a run that was not killed gives $?"; }
    # All rows are done before the tenth kill: begin a new table, all that was resumed so far being compared first.
    same_particles undisturbed.h5 killed.h5 || fail "the resumed table differs"
    rm killed.h5
    continue
  fi
  victim=${everyone[$((RANDOM % ${#everyone[@]}))]}
  kill -9 "$victim" 2>/dev/null || continue
  wait_until 30 all_gone "${everyone[@]}" || { ps -ef; fail "ranks outlive the death of $victim by 30 s"; }
  wait "$launcher" 2>/dev/null
  kills=$((kills + 1))
  after=$(rows_done killed.h5)
  [ "$after" -lt "$n" ] && [ "$after" -gt 0 ] && mid_run=$((mid_run + 1))
  echo "kill $kills: $after of $n rows done"
done
[ "$mid_run" -gt 0 ] || fail "no kill came in the middle of the work"
ranks 2 "${command[@]}" -o killed.h5 --resume >log 2>&1 || { cat log; fail "resuming gives $?"; }
same_particles undisturbed.h5 killed.h5 || fail "the resumed table differs"
# What is complete stays as it is.
ranks 3 "${command[@]}" -o killed.h5 --resume || fail "resuming a complete table gives $?"
same_particles undisturbed.h5 killed.h5 || fail "a complete table was changed"
