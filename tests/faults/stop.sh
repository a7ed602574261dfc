#!/bin/bash
# Asked to stop (SIGTERM to the ranks, SIGTERM to one rank, SIGUSR1 to mpirun), `align` ends with 3 and its work saved;
# the same command with --resume gives the table of an undisturbed run.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder stop
n=600
small_set "$n" 64 2.2
command=(align -i set/particles.star -m modes.h5 --modes 7-9)
ranks 2 "${command[@]}" -o undisturbed.h5 || fail "align gives $?"

# stopped_by HOW: starts or resumes stopped.h5 and stops it after its first new row.
stopped_by() {
  local launcher before code=0 workers
  before=$(rows_done stopped.h5)
  "${mpiexec[@]}" 2 "$ELASTEM" "${command[@]}" -o stopped.h5 --resume >log 2>&1 &
  launcher=$!
  more_rows() { [ "$(rows_done stopped.h5)" -gt "$before" ] || all_gone "$launcher"; }
  wait_until 60 more_rows || fail "no new row within a minute"
  mapfile -t workers < <(ranks_of "$launcher")
  case $1 in
    everyone) kill -TERM "${workers[@]}" ;;
    one) kill -TERM "${workers[-1]}" ;;
    launcher) kill -USR1 "$launcher" ;;
  esac || fail "the run ended before it could be stopped"
  wait_until 60 all_gone "$launcher" || fail "still running a minute after it was asked to stop ($1)"
  wait "$launcher" || code=$?
  [ "$code" = 3 ] || { cat log; fail "exit code $code instead of 3 ($1)"; }
  echo "$1: $(rows_done stopped.h5) of $n rows done"
}

stopped_by everyone
[ "$(rows_done stopped.h5)" -lt "$n" ] || fail "everything was done before the stop"
stopped_by launcher
stopped_by one
ranks 3 "${command[@]}" -o stopped.h5 --resume >log 2>&1 || { cat log; fail "resuming gives $?"; }
same_particles undisturbed.h5 stopped.h5 || fail "the resumed table differs"
