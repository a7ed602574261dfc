# shellcheck shell=bash
# For script tests: a small data set, ranks, and the comparison of result tables. Sourced; needs $ELASTEM and
# $ELASTEM_SOURCE. Every test works in its current directory.

# shellcheck source=scripts/launch.sh
. "$ELASTEM_SOURCE/scripts/launch.sh"

# Open MPI keeps files in a folder that programs without mpiexec share, and removes it when the first of them ends: each test
# has its own. Short: it holds sockets, whose names have at most 107 characters.
OMPI_MCA_orte_tmpdir_base=$(mktemp -d "${TMPDIR:-/tmp}/elastem.XXXXXX")
export OMPI_MCA_orte_tmpdir_base
trap 'rm -rf "$OMPI_MCA_orte_tmpdir_base"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# ranks N ARGUMENTS…: the program on N ranks (1: alone).
ranks() {
  local n=$1
  shift
  if [ "$n" = 1 ]; then "$ELASTEM" "$@"; else "${mpiexec[@]}" "$n" "$ELASTEM" "$@"; fi
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

# small_set N SIZE PIXEL_SIZE: modes.h5, of linear motion as the figures and the numpy of many tests, and N images in set/.
small_set() {
  ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 --motion linear -o modes.h5 ||
    fail "modes gives $?"
  ranks 2 synthesize -m modes.h5 -o set/particles.star -n "$1" --modes 7-9 --relation helix --size "$2" \
    --pixel-size "$3" --snr 0.1 --psi uniform --shift-px 3 --seed 7 || fail "synthesize gives $?"
}

# two_states N: modes.h5, and N images in set/ of two states 100 Å apart along mode 7, some of them spoilt, aligned in a.h5.
two_states() {
  ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 --motion linear -o modes.h5 -q ||
    fail "modes gives $?"
  /usr/bin/python3 - "$1" <<'END' || fail "no amplitudes"
import sys, numpy
n = int(sys.argv[1])
random = numpy.random.default_rng(4)
state = random.random(n) < 0.7
numpy.savetxt("two.txt", numpy.stack([numpy.where(state, -50, 50) + 4 * random.normal(size=n), 4 * random.normal(size=n)], 1))
END
  ranks 2 synthesize -m modes.h5 --modes 7-8 --relation table --amplitudes two.txt -n "$1" --size 32 --pixel-size 4.4 --snr 0.3 \
    --psi uniform --shift-px 2 -o set/particles.star -q || fail "synthesize gives $?"
  spoil_images "$1" 32
  ranks 2 align -i set/particles.star -m modes.h5 --modes 7-8 --angular-step 18 -o a.h5 -q || fail "align gives $?"
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

# same_tables A B: all of two tables with a learnt prior but the provenance is the same to the last bit.
same_tables() {
  /usr/bin/python3 - "$1" "$2" <<'END_OF_PYTHON'
import sys, h5py
a, b = (h5py.File(name, "r", locking=False) for name in sys.argv[1:3])
for group in ("particles", "fit", "prior"):
    if sorted(a[group]) != sorted(b[group]) or not len(a[group]):
        sys.exit(f"data sets of {group} differ: {sorted(a[group])} and {sorted(b[group])}")
    for name in a[group]:
        if a[group][name][()].tobytes() != b[group][name][()].tobytes():
            sys.exit(f"{group}/{name} differs")
END_OF_PYTHON
}

# undo_last_pass TABLE: what a kill in the middle of the last pass of --learn-prior leaves: some rows are of the images
# alone, row 30 is half written, the flag of row 42 is missing, how modes move and the prior are half written, and the fit of
# row 50 is damaged.
undo_last_pass() {
  PYTHONPATH="$ELASTEM_SOURCE/tests/support" /usr/bin/python3 - "$1" <<'END_OF_PYTHON'
import sys, h5py, numpy as np
from table_rows import seal
table = h5py.File(sys.argv[1], "r+")
rows, fit = table["particles"], table["fit"]
for i in range(5, 30):
    if rows["state"][i] != 1:
        continue
    rows["amplitudes"][i], rows["euler_angles"][i], rows["shifts"][i] = (fit[name][i] for name in ("amplitudes", "euler_angles", "shifts"))
    rows["standard_errors"][i] = np.sqrt(np.diag(fit["covariance"][i]).astype(float))
    seal(rows, i)
rows["amplitudes"][30] = [1, 2, 3]
fit["outlier"][42] = 0
fit["covariance"][50, 0, 0] = 1
fit["mode_motion"][1] = fit["mode_verdict"][1] = float("nan")
table["prior/learners"][0] = 0
table["prior/weights"][3] = 7
END_OF_PYTHON
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

# spoil_images NUMBER SIDE: of the images of small_set, 11 and 42 become noise without a molecule, 60 a constant.
spoil_images() {
  /usr/bin/python3 - "$@" <<'END_OF_PYTHON'
import sys
import numpy as np
number, side = map(int, sys.argv[1:])
pixels = np.memmap("set/particles.mrcs", dtype="<f4", mode="r+", offset=1024, shape=(number, side, side))
noise = np.random.default_rng(1)
for i in (11, 42):
    pixels[i] = noise.normal(0, pixels[i].std(), (side, side))
pixels[60] = 0.5
END_OF_PYTHON
}
