#!/bin/bash
# tests/bench/queue.sh [BUILD [WORKERS…]]: requests that the master of the work queue answers, as CSV. First items that
# cost nothing, each a request of its own, on 2, 3 and 4 ranks. Then as many WORKERS (500 5000) as are named, played by
# one rank, with items of 20 ms, of equal and of uneven cost (lognormal, 0.5), one item a request and chunks of a second;
# rank 0 works too. answer_us is rank 0's processor time an answer, so that other programs on the machine do not count.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath "${1:-$source_dir/build/release}")
shift $(($# < 1 ? $# : 1))
[ $# -gt 0 ] || set -- 500 5000
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
cmake --build "$build" --target request_bench >/dev/null
bench=$build/tests/bench/queue/request_bench
"${mpiexec[@]}" 2 "$bench"
for ranks in 3 4; do "${mpiexec[@]}" "$ranks" "$bench" | tail -1; done
# The mailbox between two ranks must hold a message of each worker that one of them plays.
crowd() { "${mpiexec[@]}" 2 --mca btl_vader_fbox_size 8000000 --mca btl_vader_segment_size 67108864 "$bench" "$@" | tail -2; }
for workers; do
  crowd "$workers" 20
  crowd "$workers" 20 0.5
done
