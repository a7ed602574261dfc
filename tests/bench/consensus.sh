#!/bin/bash
# tests/bench/consensus.sh STRUCTURE [BINARY [N [SIZE PIXEL]]]: the map with the motion undone against the ordinary map, the map of
# the particles nearest to its conformation (the best of 5, 10, 20 and 40 %), a control with shuffled amplitudes, and the map of as many images of
# that conformation alone: correlation with its density within 8 Å of the atoms (soft to 14 Å), a CSV line per SEED ("1 2 3") and kind of
# poses (true, estimated: with --learn-prior, limited: also --max-resolution 10). N (3000) images of SIZE² (64) pixels of PIXEL (2.2) Å of a
# helix of the Cα model (σ 1.5 Å) in modes 7–9, SNR 0.1. WORK: keeps the files.
set -euo pipefail
unset CDPATH
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
case "${1:-}" in -h | --help | "") sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
structure=$(realpath "$1")
elastem=$(realpath "${2:-$source_dir/build/release/elastem}") images=${3:-3000} size=${4:-64} pixel=${5:-2.2}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=scripts/launch.sh
. "$source_dir/scripts/launch.sh"
if [ -n "${WORK:-}" ]; then mkdir -p "$WORK"; else WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT; fi
cd "$WORK"
run() { "${mpiexec[@]}" "${RANKS:-2}" "$elastem" "$@" >>log 2>&1 || { tail -20 log >&2; exit 1; }; }
images_of() {  # FOLDER OPTIONS…
  local folder=$1
  shift
  [ -e "$folder/particles.star" ] || run synthesize -m modes.h5 --modes 7-9 -n "$images" --size "$size" --pixel-size "$pixel" --snr 0.1 \
    --defocus 6000-12000 --psi uniform --shift-px 2 --bounds none --seed "$seed" -o "$folder/particles.star" "$@"
}

[ -e modes.h5 ] || run modes -i "$structure" --atoms ca --atom-sigma 1.5 --modes 9 --motion linear -o modes.h5
echo "seed,poses,ordinary,nearest particles,motion undone,amplitudes shuffled,rigid set,FSC 0.5 at [Å]: ordinary,motion undone,rigid set,seconds: ordinary,motion undone,what the program says"
for seed in ${SEEDS:-1 2 3}; do
  images_of "helix$seed" --relation helix
  # The conformation of the particle in the middle of the helix.
  at=$(/usr/bin/python3 -c "
import h5py
q = h5py.File('helix$seed/truth.h5')['particles/amplitudes'][:]
print('7=%.3f,8=%.3f,9=%.3f' % tuple(q[abs(q[:, 2]).argmin()]))")
  tr '=,' ' \n' <<<"$at" | awk '{ print $2 }' | paste -sd' ' >place.txt
  for _ in $(seq "$images"); do cat place.txt; done >rigid.txt
  images_of "rigid$seed" --relation table --amplitudes rigid.txt
  [ -e "estimated$seed.h5" ] || run align -i "helix$seed/particles.star" -m modes.h5 --modes 7-9 --learn-prior -o "estimated$seed.h5"
  [ -e "limited$seed.h5" ] || run align -i "helix$seed/particles.star" -m modes.h5 --modes 7-9 --learn-prior --max-resolution 10 -o "limited$seed.h5"
  cp "helix$seed/truth.h5" "true$seed.h5"
  run reconstruct -i "rigid$seed/particles.star" -a "rigid$seed/truth.h5" -o rigid.mrc --overwrite
  for poses in ${POSES:-true estimated limited}; do
    start=$(date +%s.%N)
    run reconstruct -i "helix$seed/particles.star" -a "$poses$seed.h5" -o ordinary.mrc --overwrite
    middle=$(date +%s.%N)
    run reconstruct -i "helix$seed/particles.star" -a "$poses$seed.h5" -m modes.h5 --undo-motion --at "$at" -o one.mrc --overwrite
    end=$(date +%s.%N)
    run reconstruct -i "helix$seed/particles.star" -a "$poses$seed.h5" -m modes.h5 --undo-motion --at "$at" --halves --mask-radius 45 -o undone.mrc --overwrite
    said=$(grep -a 'all particles: .* the halves correlate' log | tail -1 | sed 's/.*all particles: //; s/,/;/g')
    for share in 0.05 0.1 0.2 0.4; do
      read -r a b c <place.txt
      distance="(q7 - $a)*(q7 - $a) + (q8 - $b)*(q8 - $b) + (q9 - $c)*(q9 - $c)"
      run reconstruct -i "helix$seed/particles.star" -a "$poses$seed.h5" --selection "${distance//- -/+ } < q($share)" -o "near$share.mrc" --overwrite
    done
    # The control of all particles: the mean of its halves.
    PYTHONPATH="$source_dir/tests/support" /usr/bin/python3 - "$size" "$pixel" "$seed" "$poses" \
      "$(awk "BEGIN { printf \"%.1f,%.1f\", $middle - $start, $end - $middle }")" "$said" <<'END'
import sys, mrcfile, numpy
from density import Model
size, pixel = int(sys.argv[1]), float(sys.argv[2])
model = Model("modes.h5", [7, 8, 9], size, pixel)
place = numpy.loadtxt("place.txt")
with mrcfile.new("shuffled.mrc", overwrite=True) as file:
    file.set_data(sum(mrcfile.open(f"undone_shuffled_half{h}.mrc").data for h in (1, 2)) / 2)
    file.voxel_size = pixel
curve = lambda name: model.correlation(name + ".mrc", place)[1 : size // 2 - 1]
curves = {name: curve(name) for name in ("ordinary", "one", "shuffled", "rigid", "near0.05", "near0.1", "near0.2", "near0.4")}
mean = {name: c.mean() for name, c in curves.items()}

def half(c):
    below = next((i for i in range(1, len(c)) if c[i] < 0.5), None)
    return 2 * pixel if below is None else size * pixel / (below + 1 - (0.5 - c[below]) / (c[below - 1] - c[below]))

nearest = max(mean[name] for name in mean if name.startswith("near"))
print(f"{sys.argv[3]},{sys.argv[4]},{mean['ordinary']:.4f},{nearest:.4f},{mean['one']:.4f},{mean['shuffled']:.4f},{mean['rigid']:.4f},"
      f"{half(curves['ordinary']):.2f},{half(curves['one']):.2f},{half(curves['rigid']):.2f},{sys.argv[5]},{sys.argv[6]}", flush=True)
END
  done
done
