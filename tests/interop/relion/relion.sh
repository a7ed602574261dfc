# shellcheck shell=bash
# For the RELION tests: skips without RELION; `particles N OPTIONS…` makes a data set of one conformation in set/.
. "$ELASTEM_SOURCE/tests/support/script.sh"
for program in relion_star_handler relion_project relion_reconstruct; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done
/usr/bin/python3 -c 'import mrcfile, h5py, numpy' || { echo "skipped: python3-mrcfile or python3-h5py is not installed"; exit 77; }

images() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/interop/relion/images.py" "$@"; }

particles() {
  local n=$1
  shift
  ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 || fail "modes gives $?"
  ranks 2 synthesize -m modes.h5 -o set/particles.star -n "$n" --modes 7-9 --seed 3 "$@" || fail "synthesize gives $?"
}
