# shellcheck shell=bash
# For script tests: a small data set, ranks, and the comparison of result tables. Sourced; needs $ELASTEM and
# $ELASTEM_SOURCE. Every test works in its current directory.

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# ranks N ARGUMENTS…: the program on N ranks (1: alone).
ranks() {
  local n=$1
  shift
  if [ "$n" = 1 ]; then "$ELASTEM" "$@"; else mpirun --oversubscribe -n "$n" "$ELASTEM" "$@"; fi
}

# refused N TEXT COMMAND ARGUMENTS…: the command says TEXT on standard error on N ranks and ends with exit code 2.
refused() {
  local n=$1 text=$2 code=0
  shift 2
  ranks "$n" "$@" 2>err.txt >out.txt || code=$?
  [ "$code" = 2 ] || fail "$* gives $code on $n ranks, not 2: $(cat out.txt err.txt)"
  grep -q -e "$text" err.txt || fail "$* does not say '$text': $(cat err.txt)"
}

# modes_refused N TEXT ARGUMENTS…: the same of `modes`, which leaves no output file.
modes_refused() {
  refused "$1" "$2" modes "${@:3}" -o refused.h5
  [ ! -e refused.h5 ] || fail "modes ${*:3} leaves an output"
}

# fresh_folder NAME: an empty folder NAME in the test's directory, which becomes the current one.
fresh_folder() {
  rm -rf "./$1"
  mkdir -p "$1"
  cd "$1" || exit 1
}

# small_set N SIZE PIXEL_SIZE: modes.h5 and N images in set/.
small_set() {
  ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 ||
    fail "modes gives $?"
  ranks 2 synthesize -m modes.h5 -o set/particles.star -n "$1" --modes 7-9 --relation helix --size "$2" \
    --pixel-size "$3" --snr 0.1 --psi uniform --shift-px 3 --seed 7 || fail "synthesize gives $?"
}

# rows_done FILE: how many rows of a result table are done; 0 when it cannot be read yet.
rows_done() {
  /usr/bin/python3 - "$1" <<'END' 2>/dev/null || echo 0
import sys, h5py
with h5py.File(sys.argv[1], "r", locking=False) as file:
    print(int((file["/particles/state"][:] == 1).sum()))
END
}

# same_particles A B: every data set of /particles is the same to the last bit.
same_particles() {
  /usr/bin/python3 - "$1" "$2" <<'END'
import sys, h5py
a, b = (h5py.File(name, "r", locking=False)["particles"] for name in sys.argv[1:3])
if sorted(a) != sorted(b) or not len(a):
    sys.exit(f"data sets differ: {sorted(a)} and {sorted(b)}")
different = [name for name in a if a[name][()].tobytes() != b[name][()].tobytes()]
if different:
    rows = {name: [int(i) for i in range(len(a[name])) if a[name][i].tobytes() != b[name][i].tobytes()] for name in different}
    sys.exit(f"{sys.argv[1]} and {sys.argv[2]} differ: {rows}")
END
}

# wait_until SECONDS COMMAND…: polls until the command succeeds; 1 when it does not in time.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.05
  done
}

# Whether none of the processes lives.
all_gone() {
  local pid
  for pid in "$@"; do
    [ -d "/proc/$pid" ] && ! grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null && return 1
  done
  return 0
}

# The processes of the ranks that an mpirun started.
ranks_of() { pgrep -P "$1"; }
