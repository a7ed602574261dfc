#!/bin/bash
# slurm/demo.sbatch under a real Slurm of two emulated hosts, one rank on each:
#   workflow   runs through; the alignment is that of one rank without Slurm, to the last bit
#   requeue    asked to stop in the middle of the alignment, it puts itself back into the queue and finishes
#   lost_node  a host crashes in the middle of the alignment; Slurm puts the job back and it finishes
set -u
case_name=$1
unset CDPATH
folder=$(cd "$(dirname "$0")" && pwd)
if [ -z "${SLURM_CONF:-}" ]; then
  exec "$folder/cluster.sh" 2 2 bash "$0" "$case_name"
fi
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder "$case_name"

export ELASTEM_PARTICLES=24 ELASTEM_ALIGNED=16 ELASTEM_TRAINING_MINUTES=0.05 ELASTEM_SIZE=32 ELASTEM_PIXEL_SIZE=4.4
# The middle of an alignment must last long enough to be met.
[ "$case_name" = workflow ] || export ELASTEM_PARTICLES=400 ELASTEM_ALIGNED=400 ELASTEM_SIZE=64 ELASTEM_PIXEL_SIZE=2.2

field() { scontrol -o show job "$job" | grep -o -m1 "$1=[^ ]*" | cut -d= -f2; }
ended() { case $(field JobState) in COMPLETED | FAILED | CANCELLED | TIMEOUT | NODE_FAIL) return 0 ;; *) return 1 ;; esac; }
in_alignment() {
  local done_now
  done_now=$(rows_done out/alignment.h5)
  [ "$done_now" -gt 0 ] && [ "$done_now" -lt "$ELASTEM_ALIGNED" ] || ended
}
meet_alignment() {
  wait_until 120 in_alignment || { cat job.log; fail "no alignment under way"; }
  ! ended || { cat job.log; fail "the job ended as $(field JobState) before it could be met in the alignment"; }
}

job=$(sbatch --parsable --time=10 --output=job.log "$ELASTEM_SOURCE/slurm/demo.sbatch" "$PWD/out") || fail "sbatch gives $?"
case $case_name in
  requeue)
    meet_alignment
    scancel --signal=USR1 --batch "$job" || fail "scancel gives $?"
    ;;
  lost_node)
    meet_alignment
    kill -9 "$(cat "$SLURM_RUN/pids/n2")"
    lost() { [ "$(field Restarts)" -ge 1 ] || ended; }
    wait_until 90 lost || { cat job.log; fail "Slurm did not notice the loss of n2"; }
    "$folder/cluster.sh" --boot 2
    ;;
esac
wait_until 200 ended || { scontrol show job "$job"; tail -n 40 job.log; fail "the job did not end"; }
cat job.log
[ "$(field JobState)" = COMPLETED ] || { scontrol show job "$job"; fail "the job ended as $(field JobState)"; }
grep -q '2 ranks on n\[1-2\]' job.log || fail "the job did not run on both hosts"
[ "$case_name" = workflow ] || [ "$(field Restarts)" -ge 1 ] || fail "the job was never put back into the queue"
for file in modes.h5 particles.star particles.mrcs truth.h5 alignment.h5 network.pt predictions.h5 \
  alignment_errors.txt predictions_errors.txt; do
  [ -s "out/$file" ] || fail "no out/$file"
done
[ -n "$(ls out/landscape)" ] || fail "out/landscape is empty"

"$ELASTEM" align -i out/particles.star -m out/modes.h5 --modes 7-9 --limit "$ELASTEM_ALIGNED" -o alone.h5 || fail "align gives $?"
same_particles alone.h5 out/alignment.h5 || fail "the alignment differs from that of one rank without Slurm"
