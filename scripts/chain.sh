# shellcheck shell=bash disable=SC2154  # the caller sets launch and out
# The chain from a structure to its landscape, sourced by demo.sh and demo.sbatch. The caller sets
#   launch       an array: what starts the program on several ranks (mpirun …, srun …)
#   out          the folder of results
# and calls `chain`. The program is $ELASTEM or the `elastem` on the PATH. Each finished stage leaves a note with its
# arguments in $out/.finished, so the same call resumes where it was stopped. Returns 3 when a stage stopped on request
# with its work saved.

: "${ELASTEM:=elastem}"
# Installed, the structure lies beside this file.
unset CDPATH
chain_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for structure in "$chain_folder/ake_open_ca.pdb" "$chain_folder/../tests/data/ake_open_ca.pdb"; do
  [ ! -r "$structure" ] || : "${ELASTEM_STRUCTURE:=$structure}"
done
: "${ELASTEM_ATOMS:=ca}"
: "${ELASTEM_PARTICLES:=1000}"        # images to synthesise
: "${ELASTEM_ALIGNED:=300}"           # of them to align by search, and to train on
: "${ELASTEM_SIZE:=64}"               # pixels
: "${ELASTEM_PIXEL_SIZE:=2.2}"        # Å
: "${ELASTEM_SNR:=0.1}"
: "${ELASTEM_TRAINING_MINUTES:=2}"
: "${ELASTEM_SEED:=1}"

step=0
stopping=0

# Runs the program on all ranks in the background, so that a trap is served while it runs. Signals that come in
# meanwhile set `stopping` and are passed on by `pass_signal_on`.
run_ranks_once() {
  "${launch[@]}" "$ELASTEM" "$@" &
  ranks_pid=$!
  local code=0
  while :; do
    code=0
    wait "$ranks_pid" || code=$?
    kill -0 "$ranks_pid" 2>/dev/null || break
  done
  [ "$code" = 0 ] && return 0
  [ "$code" = 3 ] || [ "$stopping" = 1 ] && return 3
  return "$code"
}

# What a signal ended that nobody sent is started once more: under srun Open MPI crashes now and then before the ranks have
# started (open-mpi/ompi 12495), and every command of the chain may be repeated.
run_ranks() {
  local code=0
  run_ranks_once "$@" || code=$?
  [ "$code" -gt 128 ] || return "$code"
  printf '      ended by signal %d; started once more\n' "$((code - 128))" >&2
  run_ranks_once "$@"
}

# For `trap … USR1`: mpirun and srun both hand SIGUSR1 to the ranks, which finish what they hold and stop with 3.
pass_signal_on() {
  stopping=1
  [ -z "${ranks_pid:-}" ] || kill -USR1 "$ranks_pid" 2>/dev/null || true
}

# stage NAME WHAT HOW ARGUMENTS…: one command of the chain. HOW: 'resume' goes on from an unfinished output, 'again'
# replaces it.
stage() {
  local name=$1 what=$2 how=$3 note=$out/.finished/$1 code=0 start=$SECONDS
  shift 3
  step=$((step + 1))
  if [ -e "$note" ] && [ "$(cat "$note")" = "$*" ]; then
    printf '\n[%d/%d] %s: done before\n' "$step" "$steps" "$what"
    return 0
  fi
  printf '\n[%d/%d] %s\n      elastem %s\n' "$step" "$steps" "$what" "$*"
  case $how in
    resume) run_ranks "$@" --resume || code=$? ;;
    again) run_ranks "$@" --overwrite || code=$? ;;
  esac
  if [ "$code" != 0 ]; then
    [ "$code" = 3 ] || printf '%s: stopped with code %d\n' "$name" "$code" >&2
    return "$code"
  fi
  mkdir -p "$out/.finished"
  printf '%s\n' "$*" >"$note"
  printf '      %d s\n' "$((SECONDS - start))"
}

# A table of errors, printed and kept.
table() {
  run_ranks evaluate -i "$1" -t "$out/truth.h5" >"$2.part" || return $?
  mv "$2.part" "$2"
  cat "$2"
}

chain() {
  steps=6
  mkdir -p "$out"
  stage modes "normal modes of $(basename "$ELASTEM_STRUCTURE")" again \
    modes -i "$ELASTEM_STRUCTURE" -o "$out/modes.h5" --atoms "$ELASTEM_ATOMS" --modes 20 || return
  stage synthesize "$ELASTEM_PARTICLES noisy images of the moving molecule" resume \
    synthesize -m "$out/modes.h5" -o "$out/particles.star" -n "$ELASTEM_PARTICLES" --modes 7-9 --relation helix \
    --size "$ELASTEM_SIZE" --pixel-size "$ELASTEM_PIXEL_SIZE" --snr "$ELASTEM_SNR" --psi uniform --shift-px 5 \
    --seed "$ELASTEM_SEED" || return
  stage align "align $ELASTEM_ALIGNED of them: pose, shift and amplitudes" resume \
    align -i "$out/particles.star" -m "$out/modes.h5" --modes 7-9 --limit "$ELASTEM_ALIGNED" \
    -o "$out/alignment.h5" || return
  stage train "train a network on the aligned ones" resume \
    train --arch tiny -i "$out/particles.star" -m "$out/modes.h5" -l "$out/alignment.h5" -o "$out/network.pt" \
    --stream --minutes "$ELASTEM_TRAINING_MINUTES" --seed "$ELASTEM_SEED" || return
  stage predict "predict all images and refine the predictions" resume \
    predict -i "$out/particles.star" -m "$out/modes.h5" -w "$out/network.pt" -o "$out/predictions.h5" --refine ||
    return
  stage landscape "the landscape of conformations" again \
    landscape -i "$out/predictions.h5" -m "$out/modes.h5" -o "$out/landscape" || return
  printf '\nThe %s aligned images against the truth\n' "$ELASTEM_ALIGNED"
  table "$out/alignment.h5" "$out/alignment_errors.txt" || return
  printf '\nAll %s images, predicted and refined, against the truth\n' "$ELASTEM_PARTICLES"
  table "$out/predictions.h5" "$out/predictions_errors.txt" || return
}

# The files worth a look.
what_to_look_at() {
  printf '\nTo look at:\n'
  local file
  for file in "$out"/landscape/* "$out"/alignment_errors.txt "$out"/predictions_errors.txt "$out"/predictions.h5 \
    "$out"/alignment.h5 "$out"/particles.star "$out"/network.pt "$out"/modes.h5; do
    [ -e "$file" ] && printf '  %s\n' "$file"
  done
  return 0
}
