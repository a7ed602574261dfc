#!/bin/bash
# `kill -9` of a rank or of mpirun in the middle of `synthesize`, then the same command with --resume: stack, STAR file
# and truth are those of an undisturbed run, to the last bit.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder kill_synthesize
seed=${SEED:-$(($(date +%s) % 32768))}
echo "SEED=$seed"
RANDOM=$seed

n=12000
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 || fail "modes gives $?"
command=(synthesize -m modes.h5 -n "$n" --modes 7-9 --relation helix --size 64 --snr 0.1 --psi uniform --shift-px 5 --seed 5)
start=$(date +%s%N)
ranks 2 "${command[@]}" -o undisturbed/particles.star || fail "synthesize gives $?"
milliseconds=$((($(date +%s%N) - start) / 1000000))
echo "undisturbed: $milliseconds ms"

kills=0
tries=0
after=0
# Four kills, the last of them with some but not all images done.
while [ "$kills" -lt 4 ] || [ "$after" -eq 0 ] || [ "$after" -eq "$n" ]; do
  [ "$tries" -lt 30 ] || fail "no kill came in the middle of the work"
  [ "$after" -lt "$n" ] || rm -r killed
  after=0
  tries=$((tries + 1))
  "${mpiexec[@]}" 2 "$ELASTEM" "${command[@]}" -o killed/particles.star --resume >log 2>&1 &
  launcher=$!
  sleep "$(awk -v t="$milliseconds" -v r="$RANDOM" 'BEGIN { print t * (0.2 + 0.5 * r / 32768) / 1000 }')"
  mapfile -t workers < <(ranks_of "$launcher")
  everyone=("$launcher" "${workers[@]}")
  if all_gone "$launcher"; then
    wait "$launcher" || { cat log; fail "a run that was not killed gives $?"; }
    cmp undisturbed/particles.mrcs killed/particles.mrcs || fail "the resumed stack differs"
    rm -r killed
    continue
  fi
  victim=${everyone[$((RANDOM % ${#everyone[@]}))]}
  kill -9 "$victim" 2>/dev/null || continue
  wait_until 30 all_gone "${everyone[@]}" || { ps -ef; fail "ranks outlive the death of $victim by 30 s"; }
  wait "$launcher" 2>/dev/null
  kills=$((kills + 1))
  after=$(rows_done killed/truth.h5)
  echo "kill $kills: $after of $n rows done"
done
ranks 2 "${command[@]}" -o killed/particles.star --resume >log 2>&1 || { cat log; fail "resuming gives $?"; }
same_particles undisturbed/truth.h5 killed/truth.h5 || fail "the resumed truth differs"
cmp undisturbed/particles.mrcs killed/particles.mrcs || fail "the resumed stack differs"
cmp undisturbed/particles.star killed/particles.star || fail "the resumed STAR file differs"
