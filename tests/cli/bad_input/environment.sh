#!/bin/bash
# What surrounds the program: limits, a standard output that is full or closed, a launcher that speaks of ranks that MPI
# does not have, numbers that nothing has, a key pressed. Exit code 2 with a sentence, no signal, no hang.
# shellcheck disable=SC2016
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder environment
small_set 6 32 4.4
ranks 1 align -i set/particles.star -m modes.h5 --modes 7-9 -o alignment.h5 || fail "align gives $?"
data=$ELASTEM_SOURCE/tests/data

# ends CODE TEXT SHELL-WORDS: a shell runs them; within half a minute.
ends() {
  local code=0
  timeout -k 5 30 bash -c "$3" >out.txt 2>err.txt || code=$?
  [ "$code" = "$1" ] || fail "exit code $code, not $1: $3: $(cat err.txt)"
  grep -q -e "$2" err.txt || fail "no '$2' of $3: $(cat err.txt)"
}
export ELASTEM data
ends 2 'standard output' '"$ELASTEM" inspect modes.h5 >/dev/full'
ends 2 'standard output' '"$ELASTEM" evaluate -i alignment.h5 -t set/truth.h5 >/dev/full'
ends 2 'standard output' '"$ELASTEM" --help >/dev/full'
ends 2 'standard output' '"$ELASTEM" inspect modes.h5 >&-'
ends 2 'file\|room' 'ulimit -f 10; "$ELASTEM" modes -i "$data/ake_open_ca.pdb" --atoms ca -o new.h5'
ends 2 'file\|room' 'ulimit -f 1; "$ELASTEM" align -i set/particles.star -m modes.h5 --modes 7-9 -o new.h5'
ends 2 'too large' 'ulimit -f 1; "$ELASTEM" export -i modes.h5 -o new.nmd'
ends 2 'room' 'ulimit -f 8; "$ELASTEM" reconstruct -i set/particles.star -a alignment.h5 -o new.mrc'
ends 2 'address space' 'ulimit -v 300000; "$ELASTEM" modes -i "$data/ake_open_ca.pdb" --atoms ca -o new.h5'
ends 2 'is a folder' '"$ELASTEM" modes --config set'
ls new.* 2>/dev/null && fail "a run that failed leaves an output"
ls ./*.partial 2>/dev/null && fail "a run that failed leaves half a file"

# One warning, of the first copy.
ends 0 'Slurm speaks of 4' 'SLURM_NTASKS=4 SLURM_PROCID=0 "$ELASTEM" inspect modes.h5'
[ "$(grep -c warning err.txt)" = 1 ] || fail "more than one warning: $(cat err.txt)"
SLURM_NTASKS=4 SLURM_PROCID=1 "$ELASTEM" inspect modes.h5 2>err.txt >out.txt
[ ! -s err.txt ] || fail "the second copy warns too: $(cat err.txt)"
SLURM_NTASKS=1 "$ELASTEM" inspect modes.h5 2>err.txt >out.txt
[ ! -s err.txt ] || fail "a warning with one process: $(cat err.txt)"

# Numbers that nothing has, by the option's name.
for option in "pixel-size 1e30" "pixel-size 1e-30" "amplitude 1e300" "shift-px 1e300" "defocus 1e300" "astigmatism 1e300" \
  "phase-shift 1e300" "ctf-b-factor 1e300" "voltage 1e300" "voltage 1e-300" "cs 1e300" "snr 1e300" "snr 1e-300" \
  "max-resolution 1e300" "size 1000000000"; do
  # shellcheck disable=SC2086
  refused 1 "option --${option% *}" synthesize -m modes.h5 -o new/particles.star -n 2 --modes 7-9 --$option
done
for option in "max-resolution 1e9" "max-resolution 120" "search-resolution 120" "shift-range 1e9" "shift-range 200" \
  "amplitude-range 1e9" "candidates 1000000000" "refine-defocus 1e9" "mask-diameter 1e9" "atom-sigma 1e9"; do
  # shellcheck disable=SC2086
  refused 1 "option --${option% *}" align -i set/particles.star -m modes.h5 --modes 7-9 -o new.h5 --$option
done
sed 's/ 4\.40* / 1e30 /' set/particles.star >set/vast.star
refused 1 'pixel.*size' align -i set/vast.star -m modes.h5 --modes 7-9 -o new.h5
sed '20s/^\(.\{30\}\).\{8\}/\1 9999999/' "$data/ake_open_ca.pdb" >far.pdb
refused 1 'from the middle' modes -i far.pdb --atoms ca --cutoff 15 -o new.h5
if [ -e new ] || [ -e new.h5 ]; then fail "a refused option leaves an output"; fi

# Configuration errors name the line and what was meant.
config_says() {
  printf '%b' "$1" >c.ini
  refused 1 "$2" align --config c.ini -i set/particles.star -m modes.h5 -o new.h5
}
config_says '# a comment\nmode = 7\n' 'c.ini:2: .*did you mean modes'
config_says 'modes 7\n' 'c.ini:1: .*did you mean modes = 7'
config_says 'local\n' 'c.ini:1: .*did you mean local = true'
config_says '[align]\n' 'c.ini:1: .*sections'
config_says '\nfinalists = 100\n' 'c.ini:2: .*--finalists'
config_says 'max_resolution = 7\n' 'c.ini:1: .*did you mean max-resolution'
refused 1 'did you mean modes' align -i set/particles.star -m modes.h5 -o new.h5 --mode 7

# Ctrl-C is answered within three seconds in every stage: pressed ever later.
set -m  # else a job in the background does not hear of SIGINT
for delay in 0.3 0.8 1.5; do
  "$ELASTEM" synthesize -m modes.h5 -o "long/$delay.star" -n 200000 --modes 7-9 --size 64 --pixel-size 2.2 \
    --overwrite >out.txt 2>err.txt &
  run=$!
  sleep "$delay"
  kill -INT "$run" 2>/dev/null || fail "synthesize has ended before it could be stopped: $(cat err.txt)"
  pressed=$SECONDS
  wait "$run"
  code=$?
  [ $((SECONDS - pressed)) -le 4 ] || fail "Ctrl-C after $delay s took $((SECONDS - pressed)) s"
  [ "$code" = 3 ] || [ "$code" = 130 ] || fail "exit code $code after Ctrl-C: $(cat err.txt)"
done
