#!/bin/bash
# A map of two halves is regularised by what they agree to: at least as good in every shell as with a constant, and nearer to the
# density where images are noisy; the constant stays where it is asked for and where there are no halves.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 -q || fail "modes gives $?"
for snr in 0.02 0.2; do
  ranks 2 synthesize -m modes.h5 --modes 7-9 --amplitude 0 -n 600 --size 64 --pixel-size 2.2 --snr $snr --defocus 5000-12000 \
    --seed 4 -o "snr$snr/particles.star" -q || fail "synthesize gives $?"
  set=(-i "snr$snr/particles.star" -a "snr$snr/truth.h5" --halves)
  ranks 2 reconstruct "${set[@]}" -o "wiener$snr.mrc" >log 2>&1 || { cat log; fail "reconstruct gives $?"; }
  grep -q 'regularised by the signal-to-noise ratio' log || { cat log; fail "the log does not say how the map is regularised"; }
  ranks 2 reconstruct "${set[@]}" -o "constant$snr.mrc" --regularisation 0.001 >log 2>&1 || { cat log; fail "reconstruct gives $?"; }
  grep -q 'regularised by a constant share of 0.001' log || { cat log; fail "the log does not say how the map is regularised"; }
done
ranks 1 reconstruct -i snr0.2/particles.star -a snr0.2/truth.h5 -o whole.mrc >log 2>&1 || { cat log; fail "reconstruct gives $?"; }
grep -q 'regularised by a constant' log || { cat log; fail "the log does not say how the map is regularised"; }
ranks 1 reconstruct -i snr0.2/particles.star -a snr0.2/truth.h5 -o one.mrc --halves -q || fail "reconstruct gives $?"
/usr/bin/python3 - <<'END' || fail "the maps"
import h5py, mrcfile, numpy
with h5py.File("modes.h5") as file:
    positions, weights = file["structure/positions"][:], file["structure/weights"][:]
    sigma = float(numpy.ravel(file["structure/atom_sigma"][()])[0])
grid = (numpy.arange(64) - 32) * 2.2
profiles = [numpy.exp(-((grid[None] - positions[:, axis, None]) ** 2) / (2 * sigma**2)) for axis in range(3)]
truth = numpy.einsum("a,az,ay,ax->zyx", weights, profiles[2], profiles[1], profiles[0], optimize=True)
k = numpy.fft.fftfreq(64, 1 / 64)
shell = numpy.rint(numpy.sqrt(k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2)).astype(int).ravel()
def read(name):
    return mrcfile.open(name + ".mrc").data.astype(float)
def fsc(volume):
    a, b = numpy.fft.fftn(volume), numpy.fft.fftn(truth)
    t = [numpy.bincount(shell, v.ravel())[1:32] for v in ((a * b.conj()).real, abs(a) ** 2, abs(b) ** 2)]
    return t[0] / numpy.sqrt(t[1] * t[2])
def correlation(volume):
    return numpy.corrcoef(volume.ravel(), truth.ravel())[0, 1]
terms = numpy.bincount(shell)[1:32] / 2
for snr in ("0.02", "0.2"):
    wiener, constant = read("wiener" + snr), read("constant" + snr)
    gain = fsc(wiener) - fsc(constant)
    print(f"SNR {snr}: correlation {correlation(wiener):.4f}, with a constant {correlation(constant):.4f}; "
          f"FSC over all shells {fsc(wiener).mean():.4f} and {fsc(constant).mean():.4f}, least gain {gain.min():.4f}")
    assert correlation(wiener) > correlation(constant) + (0.1 if snr == "0.02" else 0.02)
    assert fsc(wiener).mean() > fsc(constant).mean()
    # Where next to nothing agrees, other weights change the noise by a part of its own size.
    assert (gain > -0.3 / numpy.sqrt(terms)).all(), gain
    assert (gain[fsc(constant) > 0.1] > -0.002).all(), gain
    halves = [read(f"{name}{snr}_half1") for name in ("wiener", "constant")]
    assert abs(halves[0] - halves[1]).max() < 1e-5 * abs(halves[1]).max(), "half maps are regularised by a constant"
assert abs(read("whole") - read("constant0.2")).max() < 1e-5 * abs(read("whole")).max()
assert abs(read("one") - read("wiener0.2")).max() < 1e-5 * abs(read("one")).max(), "the ranks"
END
