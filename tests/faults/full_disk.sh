#!/bin/bash
# A disk that is full: an Error that names the file, exit code 2, on one and on two ranks, no hang. The disk is a small
# tmpfs in a mount namespace of the test's own, hence root only.
set -u
if [ "${1:-}" != inside ]; then
  [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || { echo "skipped: a small disk needs root"; exit 77; }
  exec unshare --mount bash "$0" inside
fi
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder full_disk
small_set 40 32 4.4
mkdir disk
mount -t tmpfs -o size=64k none disk || fail "no tmpfs"

# full N NAME ARGUMENTS…: fails for want of space, naming the file.
full() {
  local n=$1 name=$2 code=0
  shift 2
  rm -rf disk/*
  timeout -k 5 60 "${mpiexec[@]}" "$n" "$ELASTEM" "$@" >log 2>&1 || code=$?
  [ "$code" = 124 ] && fail "hangs on $n ranks: elastem $*"
  [ "$code" = 2 ] || { cat log; fail "exit code $code instead of 2 on $n ranks: elastem $*"; }
  grep -q "$name" log || { cat log; fail "the error does not name $name: elastem $*"; }
  grep -q -i -E 'space|full|no room' log || { cat log; fail "the error does not speak of space: elastem $*"; }
  printf 'ok, %d ranks: %s\n' "$n" "$(grep -m1 -i -E 'space|full|no room' log)"
}
for n in 1 2; do
  full "$n" disk/particles synthesize -m modes.h5 -o disk/particles.star -n 200 --modes 7-9 --size 32 --pixel-size 4.4
  full "$n" disk/modes.h5 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 60 -o disk/modes.h5
  full "$n" disk/map.mrc reconstruct -i set/particles.star -a set/truth.h5 -o disk/map.mrc
done
# The table of a larger set does not fit: it is allocated before the first particle is worked on.
mount -o remount,size=8k disk
for n in 1 2; do
  full "$n" disk/alignment.h5 align -i set/particles.star -m modes.h5 --modes 7-9 -o disk/alignment.h5
done
