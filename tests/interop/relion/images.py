"""What the RELION tests compute: a density map of the structure in modes.h5, correlations of images, FSC of maps.

images.py density MODES.h5 SIZE PIXEL_SIZE MAP.mrc    sum of Gaussians at the voxel centres, origin at voxel SIZE/2
images.py correlate A.mrcs B.mrcs LEAST               fails when an image correlates less than LEAST
images.py ratios WITH WITHOUT OTHER_WITH OTHER_WITHOUT MOST
                                                      fails when the ratios of the transforms, the CTFs, differ by more
images.py fsc A.mrc B.mrc LEAST FINEST_PX             fails when the FSC falls below LEAST before FINEST_PX pixels
"""
import sys

import h5py
import mrcfile
import numpy as np


def density(modes, size, pixel_size, path):
    size, pixel_size = int(size), float(pixel_size)
    with h5py.File(modes, "r") as file:
        positions = file["structure/positions"][:]
        weights = file["structure/weights"][:]
        sigma = float(np.ravel(file["structure/atom_sigma"][()])[0])
    axis = (np.arange(size) - size // 2) * pixel_size
    # A Gaussian is a product over the axes: the map is a sum over atoms of outer products.
    g = [np.exp(-((axis[None, :] - positions[:, k : k + 1]) ** 2) / (2 * sigma**2)) for k in range(3)]
    scale = weights * (2 * np.pi * sigma**2) ** -1.5
    volume = np.einsum("a,az,ay,ax->zyx", scale, g[2], g[1], g[0], optimize=True)
    with mrcfile.new(path, overwrite=True) as out:
        out.set_data(volume.astype(np.float32))
        out.voxel_size = pixel_size


def correlate(a, b, least):
    a, b = (mrcfile.open(name, permissive=True).data.astype(float) for name in (a, b))
    if a.shape != b.shape:
        sys.exit(f"the stacks have the shapes {a.shape} and {b.shape}")
    a, b = (x.reshape(len(x), -1) for x in (a, b))
    a, b = (x - x.mean(1, keepdims=True) for x in (a, b))
    values = (a * b).sum(1) / np.sqrt((a**2).sum(1) * (b**2).sum(1))
    print(f"correlation of {len(values)} images: least {values.min():.5f}, mean {values.mean():.5f}")
    if not values.min() >= float(least):
        sys.exit(f"image {values.argmin() + 1} correlates only {values.min():.5f}; at least {least} is wanted")


def ratios(a_with, a_without, b_with, b_without, most):
    stacks = [mrcfile.open(n, permissive=True).data.astype(float) for n in (a_with, a_without, b_with, b_without)]
    aw, a, bw, b = (np.fft.rfft2(x) for x in stacks)
    # Rounding of float32 pixels is about 6e-8 of an image's root sum of squares: terms of 2 % of the largest will do.
    strong = (abs(a) > 0.02 * abs(a).max((1, 2), keepdims=True)) & (abs(b) > 0.02 * abs(b).max((1, 2), keepdims=True))
    ours, other = (aw / np.where(strong, a, 1))[strong], (bw / np.where(strong, b, 1))[strong]
    # relion_project leaves out the corners beyond Nyquist, and k = 0 may be set apart.
    off = abs(ours - other)
    print(f"CTF at {strong.sum()} terms of {len(a)} images, from {other.real.min():.3f} to {other.real.max():.3f}: "
          f"differs by {off.max():.2g} at most, by {np.median(off):.2g} in the median")
    if not (strong.sum() > 50 * len(a) and off.max() <= float(most)):
        sys.exit(f"the CTFs differ by {off.max():.2g}; {most} is allowed")


def fsc(a, b, least, finest):
    a, b = (np.fft.fftn(mrcfile.open(name, permissive=True).data.astype(float)) for name in (a, b))
    size = a.shape[0]
    k = np.fft.fftfreq(size, 1 / size)
    shell = np.rint(np.sqrt(k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2)).astype(int)
    last = int(size / float(finest))
    total = [np.bincount(shell.ravel(), x.ravel(), last + 1) for x in ((a * b.conj()).real, abs(a) ** 2, abs(b) ** 2)]
    curve = (total[0] / np.sqrt(total[1] * total[2]))[1 : last + 1]
    print(f"FSC up to {finest} pixels (shell {last}): least {curve.min():.4f}, last {curve[-1]:.4f}")
    if not curve.min() >= float(least):
        sys.exit(f"the FSC falls to {curve.min():.4f} at shell {curve.argmin() + 1}; at least {least} is wanted")


if __name__ == "__main__":
    {"density": density, "correlate": correlate, "ratios": ratios, "fsc": fsc}[sys.argv[1]](*sys.argv[2:])
