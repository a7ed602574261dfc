#!/bin/bash
# tests/bench/modes_growth.sh [BINARY [RIBOSOME.cif [RANKS]]]: modes 7-20 of ever larger cores of a ribosome, a residue a
# rigid block, 8 Å; then the whole of it, and its Cα and P atoms at 15 Å. Seconds by stage and memory of all ranks, as CSV.
# The structure is by default PDB entry 6ZU5 of Debian's python3-prody-tests. Needs a quiet machine with RANKS (2) cores.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
elastem=$(realpath "${1:-$source_dir/build/release/elastem}")
ribosome=${2:-/usr/lib/python3/dist-packages/prody/tests/datafiles/mmcif_6zu5.cif}
ranks=${3:-2}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# row STRUCTURE OPTIONS…: a line of CSV.
row() {
  local structure=$1
  shift
  if ! "${mpiexec[@]}" "$ranks" --bind-to core /usr/bin/time -f 'peak %M' "$elastem" modes -i "$structure" --modes 20 -o modes.h5 \
    --overwrite "$@" 2>log; then
    echo "$structure: $(grep -m1 error log)" >&2
    return 1
  fi
  awk -v options="$*" -v ranks="$ranks" '
    function after(text, word) { return match(text, word " [0-9.]+ s") ? substr(text, RSTART + length(word) + 1, RLENGTH - length(word) - 3) : "" }
    / atoms$|nodes$/ && !nodes { nodes = $2 }
    /degrees of freedom/ { match($0, /[0-9]+ degrees/); order = substr($0, RSTART, RLENGTH - 8); springs = $1 }
    /^sparse solve/ { entries = $6; gflop = $9 }
    /factorisation \(MUMPS\)/ { for (i = 1; i <= 6; ++i) stage[i] = after($0, names[i]) }
    /^wrote/ { match($0, /in [0-9.]+ s/); total = substr($0, RSTART + 3, RLENGTH - 5); reading = after($0, "reading"); writing = after($0, "writing") }
    { for (line = $0; match(line, /peak [0-9]+/); line = substr(line, RSTART + RLENGTH)) memory += substr(line, RSTART + 5, RLENGTH - 5) }
    BEGIN { split("Hessian,analysis,factorisation,eigenvectors,count,expansion", names, ",") }
    END { printf "%s,%s,%d,%d,%d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%.2f\n", nodes, options, ranks, springs, order, entries, gflop, reading, stage[1],
          stage[2], stage[3], stage[4], stage[5], writing, total, memory / 1048576 }' log
}

echo "machine: $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), $ranks ranks" >&2
echo "nodes,options,ranks,springs,unknowns,factor_million,gflop,reading_s,hessian_s,analysis_s,factorisation_s,eigenvectors_s,count_s,writing_s,total_s,memory_gib"
for atoms in 2000 5000 10000 20000 50000 80000; do
  until # a core whose outermost residue hangs loose is made larger
    /usr/bin/python3 "$source_dir/tests/bench/modes_growth/core_of.py" "$ribosome" core.cif "$atoms"
    row core.cif --block-residues 1 --solver slepc
  do atoms=$((atoms + 200)); done
done
row "$ribosome" --block-residues 1
row "$ribosome" --atoms ca
