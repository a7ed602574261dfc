#!/bin/bash
# The noise that is stored is that of the images, within its statistical error: white and coloured by the CTF, also where
# the box leaves little background. The background alone blurs the CTF's zeros over.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 -q || fail "modes gives $?"
# make FOLDER OPTIONS…: the same images with noise and without
make() {
  local common="-m modes.h5 --modes 7-9 -n 128 --size 40 --pixel-size 2.4 --shift-px 1 --seed 51 --normalise none -q"
  # shellcheck disable=SC2086
  ranks 2 synthesize $common -o "$1/particles.star" --snr 0.1 "${@:2}" || fail "synthesize gives $?"
  # shellcheck disable=SC2086
  ranks 2 synthesize $common -o "$1_clean/particles.star" --snr none || fail "synthesize gives $?"
}
make white
make coloured --noise-before-ctf 0.9
for set in white coloured; do
  ranks 2 align -i $set/particles.star -m modes.h5 --modes 7-9 -o $set.h5 --angular-step 15 -q || fail "align gives $?"
done
/usr/bin/python3 - <<'END' || fail "the noise is not that of the images"
import h5py, numpy as np
size, sample = 40, 16  # an eighth of the particles, every eighth one
def stack(name):
    return np.fromfile(name, "<f4")[256:].reshape(-1, size, size).astype(float)
k = np.fft.fftfreq(size, 1 / size)
shell = np.minimum(np.rint(np.hypot(*np.meshgrid(k, k))).astype(int), size // 2)
terms = np.bincount(shell.ravel())
def powers(images):
    return np.array([np.bincount(shell.ravel(), (np.abs(np.fft.fft2(i)) ** 2).ravel()) / terms for i in images])
y, x = np.mgrid[:size, :size]
outside = np.hypot(y - size // 2, x - size // 2) > 0.45 * size
for name in ("white", "coloured"):
    images = stack(f"{name}/particles.mrcs")
    noise = powers(images - stack(f"{name}_clean/particles.mrcs"))
    true = noise.mean(axis=0)[1:]
    background = powers([outside * (i - i[outside].mean()) for i in images]).mean(axis=0)[1:] * size**2 / outside.sum()
    found = h5py.File(f"{name}.h5")["fit/noise_spectrum"][1:]
    # The median of a sample of particles knows a shell of n terms to √(π/2·2/(n·sample)), or where that is more as well
    # as their own powers differ; the image that an alignment loses leaves its signal, a tenth of the noise.
    error = np.maximum(np.sqrt(np.pi / (sample * terms[1:])), np.sqrt(np.pi / 2 / sample) * noise.std(axis=0)[1:] / true)
    far = np.abs(found / true - 1) / error
    print(name, f"largest deviation {far.max():.1f} standard errors, mean square {(far**2).mean():.2f}")
    print("  found/true     ", (found / true).round(2))
    print("  background/true", (background / true).round(2))
    assert far.max() < 4.5 and (far**2).mean() < 1 + 5 * np.sqrt(2 / len(far)), far
    if name == "coloured":
        assert np.abs(background / true - 1).mean() > 2 * np.abs(found / true - 1).mean()
END
exit 0
