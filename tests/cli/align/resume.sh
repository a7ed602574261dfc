#!/bin/bash
# --resume refuses each option and each input that shapes the result when it has changed, and names it; what does not
# shape it may change.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
small_set 6 32 4.4
ranks 1 synthesize -m modes.h5 -o more/particles.star -n 4 --modes 7-9 --size 32 --pixel-size 4.4 --seed 8 -q
/usr/bin/python3 "$ELASTEM_SOURCE/tests/support/merge_sets.py" both.star set/truth.star more/truth.star || fail "merge_sets.py"
run() { ranks 1 align -m modes.h5 --modes 7-9 --angular-step 20 --search-resolution 15 "$@" >log 2>&1; }
run -i both.star -o done.h5 || { cat log; fail "align gives $?"; }

# changed NAME OPTIONS…: refused, the message names --NAME.
changed() {
  local name=$1 code=0
  shift
  ranks 1 align -i both.star -m modes.h5 -o done.h5 --resume "$@" >log 2>&1 || code=$?
  [ "$code" = 2 ] || { cat log; fail "--resume with $* gives $code"; }
  grep -q -e "--$name was" log || { cat log; fail "the error does not name --$name: $*"; }
}
same="--modes 7-9 --angular-step 20 --search-resolution 15"
# Every option of the help but those that name files, and those that only say how a run goes.
options=$(ranks 1 align --help | sed -n 's/^ *\(-[a-z], \)\?--\([a-z-]*\).*/\2/p' |
  grep -v -x -e input -e modes-file -e output -e config -e dry-run -e resume -e overwrite -e verbose -e quiet -e help)
for option in $options; do
  # shellcheck disable=SC2086
  case $option in
    modes) changed modes --modes 7-8 --angular-step 20 --search-resolution 15 ;;
    angular-step) changed angular-step --modes 7-9 --angular-step 21 --search-resolution 15 ;;
    search-resolution) changed search-resolution --modes 7-9 --angular-step 20 --search-resolution 16 ;;
    invert | local | learn-prior) changed "$option" $same --"$option" ;;
    datadir) changed datadir $same --datadir . ;;
    stack) changed stack $same --stack set/particles.mrcs ;;
    pixel-size) ;; # of files that do not say it
    passthrough) ;; # of cryoSPARC's files
    negative-defocus) changed negative-defocus $same --negative-defocus ;;
    rebase) changed rebase $same --rebase auto ;;
    limit) changed limit $same --limit 9 ;;
    finalists) changed finalists $same --finalists 3 ;;
    candidates) changed candidates $same --candidates 19 ;;
    max-resolution) changed max-resolution $same --max-resolution 12 ;;
    local-angle) changed local-angle $same --local-angle 12 ;;
    local-shift) changed local-shift $same --local-shift 9 ;;
    library-memory) changed library-memory $same --library-memory 100 ;;
    refine-defocus) changed refine-defocus $same --refine-defocus 300 ;;
    mask-diameter) changed mask-diameter $same --mask-diameter 100 ;;
    shift-range) changed shift-range $same --shift-range 11 ;;
    amplitude-range) changed amplitude-range $same --amplitude-range 60 ;;
    atom-model) changed atom-model $same --atom-model gaussian ;;
    atom-sigma) changed atom-sigma $same --atom-sigma 2 ;;
    b-factor) ;; # of the other atom model
    *) fail "a new option, --$option: does it shape the result? say so in resume.sh" ;;
  esac
done

# swapped FILE ROLE: with another byte in FILE the input ROLE has changed.
swapped() {
  local code=0
  cp "$1" kept
  /usr/bin/python3 - "$1" <<'END'
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(-3, 2)
    byte = file.read(1)
    file.seek(-3, 2)
    file.write(bytes([byte[0] ^ 1]))
END
  # shellcheck disable=SC2086
  ranks 2 align -i both.star -m modes.h5 -o done.h5 --resume $same >log 2>&1 || code=$?
  [ "$code" = 2 ] || { cat log; fail "--resume with another $1 gives $code"; }
  grep -q "the input $2 (.*) has changed" log || { cat log; fail "the error does not name $1"; }
  cp kept "$1"
}
swapped set/particles.mrcs stack
swapped more/particles.mrcs stacks
/usr/bin/python3 - <<'END'
import h5py, shutil
shutil.copy("modes.h5", "other.h5")
with h5py.File("other.h5", "r+") as file:
    file["modes/eigenvalues"][0] *= 1.5
    del file["checksum"]  # it is another file, not a damaged one
END
# shellcheck disable=SC2086
ranks 1 align -i both.star -m other.h5 -o done.h5 --resume $same >log 2>&1 && fail "other modes are no error"
grep -q 'the input modes (other.h5) has changed' log || { cat log; fail "the error does not name the modes file"; }
cp set/particles.mrcs moved.mrcs
sed 's,set/particles.mrcs,moved.mrcs,' both.star >moved.star
cmp -s moved.star both.star && fail "the set has not moved"
# shellcheck disable=SC2086
ranks 1 align -i moved.star -m modes.h5 -o done.h5 --resume $same >log 2>&1 && fail "another particle file is no error"
grep -q 'the input particles (moved.star) has changed' log || { cat log; fail "the error does not name the particles"; }
run -i both.star -o done.h5 --resume -q || { cat log; fail "the same run cannot be resumed: $?"; }
exit 0
