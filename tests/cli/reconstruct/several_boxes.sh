#!/bin/bash
# Images of several boxes and pixel sizes, one of them odd, in one map: at least as good as of each alone, on the first one's
# grid, whichever that is, on any number of ranks; motion is undone in them, too.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 --motion linear -o modes.h5 -q || fail "modes gives $?"
synthetic() {  # NAME OPTIONS…
  local name=$1
  shift
  ranks 2 synthesize -m modes.h5 --modes 7-9 -n 400 --defocus 5000-9000 --normalise none --shift-px 2 -q \
    -o "$name/$name.star" "$@" || fail "synthesize gives $?"
}
merged() {  # OUT A B: one particle file and one table of two
  /usr/bin/python3 "$ELASTEM_SOURCE/tests/support/merge_sets.py" "$1.star" "$2/$2.star" "$3/$3.star" || fail "merge_sets.py gives $?"
  /usr/bin/python3 "$ELASTEM_SOURCE/tests/support/merge_tables.py" "$1.h5" "$2/truth.h5" "$3/truth.h5" || fail "merge_tables.py gives $?"
}
synthetic a --size 64 --pixel-size 2.2 --amplitude 0 --snr 0.1 --seed 1
synthetic b --size 81 --pixel-size 1.8 --amplitude 0 --snr 0.1 --seed 2
merged ab a b
merged ba b a
for name in ab ba; do
  for n in 1 3; do
    ranks $n reconstruct -i $name.star -a $name.h5 -o $name$n.mrc >log 2>&1 || { cat log; fail "reconstruct gives $?"; }
  done
done
grep -q 'images of 2 boxes and pixel sizes' log || { cat log; fail "the log does not speak of the boxes"; }
for name in a b; do ranks 1 reconstruct -i $name/$name.star -a $name/truth.h5 -o $name.mrc -q || fail "reconstruct gives $?"; done
synthetic c --size 40 --pixel-size 3.4 --relation helix --snr 0.5 --bounds none --seed 3
synthetic d --size 49 --pixel-size 2.8 --relation helix --snr 0.5 --bounds none --seed 4
merged cd c d
for name in c cd; do
  input=$name.star table=$name.h5
  [ $name = c ] && input=c/c.star table=c/truth.h5
  for n in 1 2; do
    ranks $n reconstruct -i $input -a $table -m modes.h5 --undo-motion --at 7=0 -o undone_$name$n.mrc -q || fail "--undo-motion gives $?"
  done
done
ranks 1 reconstruct -i cd.star -a cd.h5 -o blurred.mrc -q || fail "reconstruct gives $?"
/usr/bin/python3 - <<'END' || fail "the maps"
import h5py, mrcfile, numpy
with h5py.File("modes.h5") as file:
    positions, weights = file["structure/positions"][:], file["structure/weights"][:]
    sigma = float(numpy.ravel(file["structure/atom_sigma"][()])[0])
def read(name):
    file = mrcfile.open(name + ".mrc")
    return file.data.astype(float), float(file.voxel_size.x)
def fsc(name, near=None):
    volume, pixel = read(name)
    size = len(volume)
    axis = (numpy.arange(size) - size // 2) * pixel
    profiles = [numpy.exp(-((axis[None] - positions[:, c, None]) ** 2) / (2 * sigma**2)) * pixel / (2.5066 * sigma) for c in range(3)]
    truth = numpy.einsum("a,az,ay,ax->zyx", weights, profiles[2], profiles[1], profiles[0], optimize=True)
    if near:
        wide = [numpy.exp(-((axis[None] - positions[:, c, None]) ** 2) / (2 * near**2)) for c in range(3)]
        mask = numpy.einsum("az,ay,ax->zyx", wide[2], wide[1], wide[0], optimize=True) > 0.3
        truth, volume = truth * mask, volume * mask
    a, b = numpy.fft.fftn(volume), numpy.fft.fftn(truth)
    k = numpy.fft.fftfreq(size, 1 / size)
    shell = numpy.rint(numpy.sqrt(k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2)).astype(int).ravel()
    t = [numpy.bincount(shell, v.ravel())[1:size // 2] for v in ((a * b.conj()).real, abs(a) ** 2, abs(b) ** 2)]
    return (t[0] / numpy.sqrt(t[1] * t[2]))[: int(size * pixel / 7)], (volume * truth).sum() / (truth**2).sum()
curves = {name: fsc(name) for name in ("a", "b", "ab1", "ba1")}
for name, (curve, scale) in curves.items():
    print(f"{name}: {read(name)[0].shape[0]}³ voxels of {read(name)[1]:.3g} Å, FSC to 7 Å {curve.mean():.4f}, scale {scale:.3f}")
    assert abs(scale - 1) < 0.1
for both, alone in (("ab1", "a"), ("ba1", "b")):
    gain = curves[both][0] - curves[alone][0]
    assert gain.mean() > 0.02 and gain.min() > -0.02, gain
assert curves["ab1"][0].mean() > curves["b"][0].mean() + 0.01
assert read("ab1")[0].shape == (64, 64, 64) and read("ba1")[0].shape == (81, 81, 81) and abs(read("ba1")[1] - 1.8) < 1e-4
for name in ("ab", "ba", "undone_cd", "undone_c"):
    (one, _), (other, _) = read(name + "1"), read(name + ("2" if "undone" in name else "3"))
    assert abs(one - other).max() < 1e-3 * abs(one).max(), name
values = {name: fsc(name, 8)[0].mean() for name in ("undone_c1", "undone_cd1", "blurred")}
print({name: round(value, 4) for name, value in values.items()})
assert values["undone_cd1"] > values["undone_c1"] - 0.003 and values["undone_cd1"] > values["blurred"] + 0.03
END
