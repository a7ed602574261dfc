"""What the RELION tests compute: a density map of the structure in modes.h5, correlations of images, FSC of maps.

images.py density MODES.h5 SIZE PIXEL_SIZE MAP.mrc    sum of Gaussians at the voxel centres, origin at voxel SIZE/2
images.py correlate A.mrcs B.mrcs LEAST               fails when an image correlates less than LEAST
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
    {"density": density, "correlate": correlate, "fsc": fsc}[sys.argv[1]](*sys.argv[2:])
