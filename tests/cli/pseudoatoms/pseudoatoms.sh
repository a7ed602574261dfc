#!/bin/bash
# `elastem modes --from-map`: pseudoatoms of a map, the same on any number of ranks, with the error asked for, through
# the whole chain, and what is refused.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
open="$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb"
python() { /usr/bin/python3 "$ELASTEM_SOURCE/tests/cli/pseudoatoms/pseudoatoms.py" "$@"; }

python map "$open" 10 3 map.mrc || fail "there is no map"
for n in 1 2 3 4; do
  ranks $n modes --from-map map.mrc --modes 9 -o modes$n.h5 --pseudoatoms atoms$n.pdb 2>log$n.txt ||
    fail "$n ranks give $?: $(cat log$n.txt)"
  python same modes1.h5 modes$n.h5 && cmp -s atoms1.pdb atoms$n.pdb || fail "$n ranks give other pseudoatoms than one"
done
grep -q "Otsu's threshold" log1.txt && grep -q "pseudoatoms of σ" log1.txt || fail "the log says $(cat log1.txt)"
python error modes1.h5 map.mrc 5 || fail "the error is not what was asked for"
ranks 2 modes --from-map map.mrc --modes 9 --map-error 2 -o fine.h5 --quiet || fail "--map-error 2 gives $?"
python error fine.h5 map.mrc 2 || fail "the smaller error is not what was asked for"
ranks 1 modes -i "$open" --atoms ca --modes 9 -o ca.h5 --quiet || fail "the modes of the Cα give $?"
python overlap ca.h5 modes1.h5 0.9 || fail "the modes are others than those of the atoms"
[ "$(grep -c '^ATOM' atoms1.pdb)" = "$(grep -o '^[0-9]* pseudoatoms of' log1.txt | cut -d' ' -f1)" ] ||
  fail "the PDB file does not hold the pseudoatoms"

# Mask and threshold; what --dry-run leaves; a map as RELION writes it (ISPG 0); no trace of absolute densities.
/usr/bin/python3 - <<'END' || fail "no masks"
import mrcfile, numpy
with mrcfile.open("map.mrc") as file:
    density, voxel = file.data.copy(), file.voxel_size
def write(name, data, **header):
    with mrcfile.new(name, overwrite=True) as file:
        file.set_data(data.astype(numpy.float32))
        file.set_volume()
        file.voxel_size = voxel
        for field, value in header.items():
            file.header[field] = value
write("mask.mrc", density > 0.3 * density.max())
write("small_mask.mrc", density[1:] > 0)
write("relion.mrc", density, ispg=0)
write("weak.mrc", 1e-6 * density)
write("zeros.mrc", 0 * density)
write("flat_stack.mrc", density, ispg=0, mz=1)
with mrcfile.new("oblong.mrc", overwrite=True) as file:
    file.set_data(density)
    file.set_volume()
    file.voxel_size = (3, 3, 4)
END
ranks 2 modes --from-map map.mrc --mask mask.mrc --modes 9 -o masked.h5 2>log.txt || fail "--mask gives $?: $(cat log.txt)"
grep -q "inside the mask" log.txt || fail "the log does not speak of the mask: $(cat log.txt)"
ranks 1 modes --from-map relion.mrc --threshold 0.6 --modes 9 -o relion.h5 2>log.txt || fail "--threshold gives $?: $(cat log.txt)"
grep -q "above 0.6:" log.txt || fail "the log does not give the threshold: $(cat log.txt)"
ranks 1 modes --from-map map.mrc --dry-run --pseudoatoms dry.pdb -o dry.h5 2>log.txt || fail "--dry-run gives $?"
[ ! -e dry.h5 ] && [ ! -e dry.pdb ] || fail "--dry-run writes"

# The chain: images of the pseudoatoms, their alignment, a map of them, files for others.
ranks 2 modes --from-map weak.mrc --modes 9 -o weak.h5 --quiet || fail "a map of small densities gives $?"
for modes in modes1 weak; do
  ranks 2 synthesize -m $modes.h5 -o $modes/particles.star -n 6 --modes 7-9 --relation helix --size 40 --pixel-size 3 \
    --snr 0.5 --seed 3 --quiet || fail "synthesize gives $?"
  ranks 2 align -i $modes/particles.star -m $modes.h5 --modes 7-9 -o $modes/alignment.h5 --quiet || fail "align gives $?"
  ranks 1 evaluate -i $modes/alignment.h5 -t $modes/truth.h5 --json >$modes/table.json || fail "evaluate gives $?"
done
ranks 1 export -i modes1/alignment.h5 -o modes1/out.star --quiet || fail "export gives $?"
ranks 2 reconstruct -i modes1/particles.star -a modes1/alignment.h5 -o modes1/map.mrc --quiet || fail "reconstruct gives $?"
ranks 2 landscape -i modes1/alignment.h5 -m modes1.h5 -o modes1/landscape --quiet || fail "landscape gives $?"
/usr/bin/python3 - <<'END' || fail "the images of pseudoatoms are not aligned"
import json
for name in ("modes1", "weak"):
    table = json.load(open(f"{name}/table.json"))["all"]
    print(name, table["direction_error"]["mean"], table["global"])
    # Six images at SNR 0.5: 18 amplitudes, whose mean absolute error stays below twice its smallest expectation
    # unless a pose was missed; a missed pose is wrong by tens of degrees.
    assert table["count"] == 6 and table["global"]["ratio"] < 2 and table["direction_error"]["mean"] < 5
END

for n in 1 2; do
  modes_refused $n "only zeros" --from-map zeros.mrc
  modes_refused $n "not below the maximum" --from-map map.mrc --threshold 1e6
  modes_refused $n "does not fit" --from-map map.mrc --mask small_mask.mrc
  modes_refused $n "not cubic" --from-map oblong.mrc
  modes_refused $n "stack of images" --from-map flat_stack.mrc
  modes_refused $n "not the 0.10 % asked for" --from-map map.mrc --map-error 0.1 --pseudoatom-sigma 6
  modes_refused $n "missing.mrc" --from-map missing.mrc
  modes_refused $n "not both" --from-map map.mrc -i "$open"
  modes_refused $n "give a structure" --modes 9
  modes_refused $n "--from-map only" -i "$open" --threshold 3
  modes_refused $n "means nothing" --from-map map.mrc --mass-weighted
done
