"""scattering.py MODES.h5 FOLDER PIXEL_SIZE B: noise-free images of electron scattering factors against numpy.

f(s) = sum a_i exp(-b_i s²), s = |k|/2, times exp(-B s²): an atom's projection at distance r from its centre is the
two-dimensional transform sum a_i 4 pi/(b_i + B) exp(-4 pi² r²/(b_i + B)).
"""
import sys

import h5py
import mrcfile
import numpy as np

# International Tables for Crystallography C, table 4.3.2.2
FACTORS = {
    "C": ((0.0893, 0.2563, 0.7570, 1.0487, 0.3575), (0.2465, 1.7100, 6.4094, 18.6113, 50.2523)),
    "N": ((0.1022, 0.3219, 0.7982, 0.8197, 0.1715), (0.2451, 1.7481, 6.1925, 17.3894, 48.1431)),
    "O": ((0.0974, 0.2921, 0.6910, 0.6990, 0.2039), (0.2067, 1.3815, 4.6943, 12.7105, 32.4726)),
    "S": ((0.2497, 0.5628, 1.3899, 2.1865, 0.7715), (0.2681, 1.6711, 7.0267, 19.5377, 50.3888)),
}

modes, folder, pixel_size, blur = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
with h5py.File(modes) as file:
    positions, vectors = file["structure/positions"][:], file["modes/vectors"][:]
    elements = file["structure/element"].asstr()[:]
with h5py.File(folder + "/truth.h5") as file:
    truth = {name: file["particles/" + name][:] for name in ("amplitudes", "euler_angles", "shifts")}
images = mrcfile.open(folder + "/particles.mrcs").data.astype(float)
size = images.shape[1]
axis = (np.arange(size) - size // 2) * pixel_size


def turn(rot, tilt, psi):
    def z(a):
        return np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]])

    y = np.array([[np.cos(tilt), 0, -np.sin(tilt)], [0, 1, 0], [np.sin(tilt), 0, np.cos(tilt)]])
    return z(psi) @ y @ z(rot)


worst = 0
for pixels, q, angles, shift in zip(images, *truth.values()):
    atoms = (positions + np.tensordot(q, vectors, 1)) @ turn(*np.deg2rad(angles)).T
    image = np.zeros((size, size))
    for element, atom in zip(elements, atoms):
        for a, b in zip(*FACTORS[element]):
            steepness = 4 * np.pi**2 / (b + blur)
            gx, gy = (np.exp(-steepness * (axis - atom[k] - shift[k]) ** 2) for k in (0, 1))
            image += a * 4 * np.pi / (b + blur) * np.outer(gy, gx)
    image = (image - image.mean()) / image.std()
    worst = max(worst, abs(image - pixels).max() / image.max())
print(f"{len(images)} images with B = {blur:g} Å²: at most {worst:.1e} of the brightest pixel apart")
# A Gaussian is cut at 4.3 σ, where it has fallen to 1e-4 of its height; where the densities of neighbours overlap no
# pixel misses more than that of the brightest.
if not worst < 1e-4:
    sys.exit("the images differ")
