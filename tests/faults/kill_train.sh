#!/bin/bash
# `kill -9` of any rank of a training on two and on three ranks, at random moments and while rank 0 writes the checkpoint,
# then the same command with --resume. Each time the checkpoint that is left is whole and no older than --save-seconds and
# a step; in the end weights, best weights and history are those of an undisturbed run, to the last bit. A checkpoint of a
# killed run goes on on another number of ranks too, there not with the same bits. Set SEED to repeat a run of this test.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder kill_train
seed=${SEED:-$(($(date +%s) % 32768))}
echo "SEED=$seed"
RANDOM=$seed

save_ms=300
# What a step, an epoch's validation and the writing of a checkpoint take on a busy machine; each is far below a second on
# a quiet one.
slack_ms=2000
small_set 60 32 4.4 >log 2>&1 || { cat log; fail "no particles"; }
common=(train --arch tiny -i set/particles.star -m modes.h5 -l set/truth.h5 --batch 16 --stream 0.5 --seed 3)
# So many epochs that a run takes about three seconds on this machine.
start=$(date +%s%N)
ranks 2 "${common[@]}" --epochs 1 -o one.pt >log 2>&1 || { cat log; fail "train gives $?"; }
between=$(date +%s%N)
ranks 2 "${common[@]}" --epochs 11 -o eleven.pt >log 2>&1 || { cat log; fail "train gives $?"; }
ten_ms=$((($(date +%s%N) - between - (between - start)) / 1000000))
epochs=$((30000 / (ten_ms > 100 ? ten_ms : 100)))
epochs=$((epochs < 12 ? 12 : epochs > 200 ? 200 : epochs))
late_epochs=$((epochs / 4))
echo "ten epochs take $ten_ms ms: trains $epochs"
common+=(--epochs "$epochs" --save-seconds "0.$save_ms" --patience "$epochs") # the best weights are kept, too
network() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/support/network.py" "$@"; }
epochs_over() { network show killed.pt 2>/dev/null | awk '{ n = $2 } END { print n + 0 }'; }

# rank_zero PID…: the one that is rank 0.
rank_zero() {
  local pid
  for pid; do
    tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qx -e 'OMPI_COMM_WORLD_RANK=0' -e 'PMI_RANK=0' && echo "$pid"
  done
}

# What a checkpoint is while it is written.
halves() { compgen -G 'killed.pt.*.partial'; }

# kill_while_writing PID: kills the process as soon as half a checkpoint is there.
kill_while_writing() {
  /usr/bin/python3 - "$1" <<'END'
import glob, os, sys, time
pid, end = int(sys.argv[1]), time.monotonic() + 60
while not glob.glob("killed.pt.*.partial") and time.monotonic() < end and os.path.exists(f"/proc/{pid}"):
    time.sleep(0.0002)
try:
    os.kill(pid, 9)
except ProcessLookupError:
    pass
END
}

# The age of the checkpoint, as the file system has it.
age_ms() { echo $((($(date +%s%N) - $(stat -c %.9Y killed.pt | tr -d .)) / 1000000)); }

# killed_run N HOW: a run on N ranks that is killed: `late` when some epochs are over, at a `random` moment after its
# first checkpoint, or while `writing` one. 1 when it was complete before.
killed_run() {
  local n=$1 how=$2 launcher victim age
  touch marker
  [ "$how" = writing ] && rm -f killed.pt.*.partial
  "${mpiexec[@]}" "$n" "$ELASTEM" "${common[@]}" -o killed.pt --resume >log 2>&1 &
  launcher=$!
  fresh() { [ killed.pt -nt marker ] || all_gone "$launcher"; }
  late() { [ "$(epochs_over)" -ge "$late_epochs" ] || all_gone "$launcher"; }
  if [ "$how" = late ]; then
    wait_until 60 late || fail "$late_epochs epochs take a minute"
  elif [ "$how" = random ]; then
    wait_until 60 fresh || { cat log; fail "no checkpoint within a minute"; }
    sleep "0.$((RANDOM % 900 + 100))"
  else
    wait_until 60 pgrep -P "$launcher" >/dev/null
    sleep 0.2  # until all ranks are there
  fi
  mapfile -t workers < <(ranks_of "$launcher")
  if all_gone "$launcher"; then
    wait "$launcher" || { cat log; fail "a run that was not killed gives $?"; }
    return 1
  fi
  if [ "$how" = writing ]; then
    victim=$(rank_zero "${workers[@]}")
    kill_while_writing "$victim"
  else
    victim=${workers[$((RANDOM % ${#workers[@]}))]}
    age=$(age_ms)
    kill -9 "$victim"
    [ "$age" -le $((save_ms + slack_ms)) ] || fail "the checkpoint was $age ms old when a rank was killed"
  fi
  wait_until 30 all_gone "$launcher" "${workers[@]}" || { ps -ef; fail "ranks outlive the death of $victim by 30 s"; }
  wait "$launcher" 2>/dev/null
  [ "$how" = writing ] && halves >/dev/null && interrupted=$((interrupted + 1))
  [ ! -e killed.pt ] || network show killed.pt >shown || fail "a kill ($how) leaves a damaged checkpoint"
  echo "$n ranks, killed ($how): steps, epochs, images, seconds $(cat shown)${age:+; $age ms old}"
}

interrupted=0
for n in 2 3; do
  rm -f killed.pt killed.pt.*.partial
  ranks "$n" "${common[@]}" -o "through$n.pt" >log 2>&1 || { cat log; fail "train on $n ranks gives $?"; }
  killed_run "$n" late || fail "the training was over before it was killed"
  cp killed.pt "part$n.pt"
  for how in writing random; do
    # A run that was complete before it could be killed is a resumed one too: compare, and begin again.
    until killed_run "$n" "$how"; do
      network same "through$n.pt" killed.pt || fail "a resumed training on $n ranks differs"
      cp "part$n.pt" killed.pt
    done
  done
  ranks "$n" "${common[@]}" -o killed.pt --resume >log 2>&1 || { cat log; fail "resuming gives $?"; }
  network same "through$n.pt" killed.pt || fail "a killed and resumed training on $n ranks differs"
done
[ "$interrupted" -gt 0 ] || fail "no kill came while a checkpoint was written"
echo "$interrupted of 2 kills left half a checkpoint beside the whole one"

# On other numbers of ranks.
for ranks in "2 3" "3 1"; do
  read -r from to <<<"$ranks"
  cp "part$from.pt" other.pt
  ranks "$to" "${common[@]}" -o other.pt --resume >log 2>&1 || { cat log; fail "$from ranks' training gives $? on $to"; }
  network went_on "part$from.pt" other.pt || fail "a training on $from ranks does not go on on $to"
done
exit 0
