#!/bin/bash
# tests/bench/training.sh [BUILD [ARCHITECTURE [BATCH [REPEATS [SECONDS]]]]]: images per second of training and prediction
# on one and on two ranks, and of the same network in PyTorch with DistributedDataParallel (training_peer.py), in turn,
# REPEATS (5) times; the same images in memory, BATCH (64) of them a rank, one thread a rank; prediction also of
# 8 at a time, as `predict` turns a particle. Then how much of the all-reduce the backward pass hides, and the efficiency
# expected on up to 512 ranks: with the latency and bandwidth between the two ranks here, and with those of
# NETWORKS="LATENCY_US GB_A_SECOND …" ("1.5 12 30 1.1", about what InfiniBand
# and 10 Gbit Ethernet have). PRECISION (float32) may be bfloat16. Markdown on standard output, each run's CSV in CSV
# (/dev/null). Needs a quiet machine with two cores.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath "${1:-$source_dir/build/release}")
architecture=${2:-small}
batch=${3:-64}
repeats=${4:-5}
seconds=${5:-10}
precision=${PRECISION:-float32}
read -ra networks <<<"${NETWORKS:-1.5 12 30 1.1}"
csv=${CSV:-/dev/null}
# What the architectures are; the peer compares its number of weights with elastem's.
case $architecture in
  tiny) shape=(--width 16 --hidden 256) ;;
  small) shape=(--width 32 --hidden 256) ;;
  medium) shape=(--width 64 --hidden 512) ;;
  resnet18) shape=(--width 64 --hidden 0 --stem 7 --blocks "2,2,2,2") ;;
  resnet34) shape=(--width 64 --hidden 0 --stem 7 --blocks "3,4,6,3") ;;
  *) echo "training.sh: unknown architecture $architecture" >&2 && exit 2 ;;
esac
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
cmake --build "$build" --target training_bench >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

elastem() {  # RANKS
  "${mpiexec[@]}" "$1" "$build/tests/bench/training/training_bench" "$architecture" "$batch" "$seconds" \
    "$precision" "${networks[@]}"
}
weights=$(seconds=0 elastem 1 | sed -n 2p | cut -d, -f5)
peer() {  # RANKS
  rm -f "$work/store"
  "${mpiexec[@]}" "$1" /usr/bin/python3 "$source_dir/tests/bench/training/training_peer.py" "${shape[@]}" \
    --weights "$weights" --batch "$batch" --seconds "$seconds" --precision "$precision" --store "$work/store"
}
for i in $(seq "$repeats"); do
  for ranks in 1 2; do
    # Who comes first changes.
    if [ $((i % 2)) = 0 ]; then programs=(peer elastem); else programs=(elastem peer); fi
    for program in "${programs[@]}"; do
      "$program" "$ranks" >"$work/$program.$ranks.$i"
      tee -a "$csv" <"$work/$program.$ranks.$i" >/dev/null
    done
  done
done

median() {  # PROGRAM RANKS WHAT
  cat "$work/$1.$2."* | awk -F, -v what="$3" '$7 == what { print $8 }' | sort -g | sed -n "$(((repeats + 1) / 2))p"
}
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
echo "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), $architecture, $weights weights, $precision, $batch images" \
  "a rank, medians of $repeats; peer: $(cut -d, -f3 "$work/peer.1.1" | sed -n 2p)"
echo
echo "| | ranks | elastem (images/s) | PyTorch (images/s) | ratio | elastem, gain of two ranks | PyTorch, gain |"
echo "|---|---|---|---|---|---|---|"
for what in training prediction "prediction of 8"; do
  for ranks in 1 2; do
    ours=$(median elastem "$ranks" "$what")
    theirs=$(median peer "$ranks" "$what")
    echo "| $what | $ranks | $(printf %.0f "$ours") | $(printf %.0f "$theirs") | $(ratio "$ours" "$theirs") |" \
      "$(ratio "$ours" "$(median elastem 1 "$what")") | $(ratio "$theirs" "$(median peer 1 "$what")") |"
  done
done
echo
echo "| of elastem on two ranks | |"
echo "|---|---|"
for what in "forward and backward pass:ms" "optimiser:ms" "all-reduce alone:ms" "waited for the all-reduce:ms" \
  "share of the all-reduce hidden:" "passes longer by:ms" "latency:µs" "bandwidth:GB/s"; do
  echo "| ${what%:*} | $(median elastem 2 "${what%:*}") ${what#*:} |"
done
sed -n '/^Model/,$p' "$work/elastem.2.$(((repeats + 1) / 2))" | sed '1s/^/\n/'
