#!/bin/bash
# The picture of docs/reconstruct.md: scripts/map_picture.sh [PROGRAM [FILE.png]] makes 3,000 images of a helix, aligns them and draws the
# middle of the ordinary map, of the one with the motion undone and of the density. A minute on two cores.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "$0")/.." && pwd)
ELASTEM=$(realpath "${1:-$here/build/release/elastem}")
picture=$(realpath -m "${2:-$here/docs/pictures/motion_undone.png}")
# shellcheck source=scripts/launch.sh
. "$here/scripts/launch.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$(dirname "$picture")"
cd "$work"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
run() { "${mpiexec[@]}" 2 "$ELASTEM" "$@" -q; }
"$ELASTEM" modes -i "$here/tests/data/ake_open_ca.pdb" --atoms ca --atom-sigma 1.5 --modes 9 --motion linear -o modes.h5 -q
run synthesize -m modes.h5 --modes 7-9 -n 3000 --size 64 --pixel-size 2.2 --snr 0.1 --defocus 6000-12000 --psi uniform \
  --shift-px 2 --bounds none -o particles.star
run align -i particles.star -m modes.h5 --modes 7-9 --learn-prior -o alignment.h5
at=$(/usr/bin/python3 -c "
import h5py
q = h5py.File('alignment.h5')['particles/amplitudes'][:]
print('7=%.3f,8=%.3f,9=%.3f' % tuple(q[abs(q[:, 2]).argmin()]))")
run reconstruct -i particles.star -a alignment.h5 --max-resolution 5 -o ordinary.mrc
run reconstruct -i particles.star -a alignment.h5 --max-resolution 5 -m modes.h5 --undo-motion --at "$at" -o undone.mrc
PYTHONPATH="$here/tests/support" /usr/bin/python3 - "$at" "$picture" <<'END'
import struct, sys, zlib
import mrcfile, numpy
from density import Model

place = [float(part.split("=")[1]) for part in sys.argv[1].split(",")]
truth, mask = Model("modes.h5", [7, 8, 9], 64, 2.2).density(place)
fine = numpy.linalg.norm(numpy.stack(numpy.meshgrid(*3 * [numpy.fft.fftfreq(64, 2.2)], indexing="ij")), axis=0) > 1 / 5
spectrum = numpy.fft.fftn(truth)
spectrum[fine] = 0
panels = []
for volume in (mrcfile.open("ordinary.mrc").data, mrcfile.open("undone.mrc").data, numpy.fft.ifftn(spectrum).real):
    middle = numpy.kron(volume[12:52, 30:35, 10:50].mean(axis=1)[::-1], numpy.ones((7, 7)))
    low, high = numpy.quantile(middle, (0.02, 0.998))
    panels.append(numpy.clip((middle - low) / (high - low), 0, 1))
    panels.append(numpy.ones((280, 4)))
grey = (255 * numpy.concatenate(panels[:-1], axis=1)).astype("u1")
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
rows = b"".join(b"\0" + row.tobytes() for row in grey)
with open(sys.argv[2], "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 0)) +
               chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
END
