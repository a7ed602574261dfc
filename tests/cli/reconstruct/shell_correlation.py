"""Fourier shell correlation of a map with the density that modes.h5 describes, by numpy alone.

shell_correlation.py MAP.mrc MODES.h5 LEAST: fails unless the correlation is at least LEAST in every shell from 1 up to
a period of 2.5 pixels; prints the lowest and the scale of the map (least squares, 1 when densities agree)."""
import sys
import h5py
import mrcfile
import numpy

map_path, modes_path, least = sys.argv[1], sys.argv[2], float(sys.argv[3])
with mrcfile.open(map_path, permissive=False) as file:
    volume = file.data.astype(float)
    pixel_size = float(file.voxel_size.x)
    if not file.is_volume():
        sys.exit(f"{map_path} is not marked as a volume")
if not mrcfile.validate(map_path):
    sys.exit(f"{map_path} is no valid MRC2014 file")
size = volume.shape[0]
if volume.shape != (size, size, size):
    sys.exit(f"{map_path} is no cube: {volume.shape}")

with h5py.File(modes_path, "r", locking=False) as file:
    positions = file["/structure/positions"][:]
    weights = file["/structure/weights"][:]
    sigma = float(numpy.ravel(file["/structure/atom_sigma"][()])[0])

# Separable Gaussians at voxel centres; the origin is voxel size//2.
grid = (numpy.arange(size) - size // 2) * pixel_size
profiles = [numpy.exp(-((grid[None, :] - positions[:, axis, None]) ** 2) / (2 * sigma**2)) * pixel_size
            / (numpy.sqrt(2 * numpy.pi) * sigma) for axis in range(3)]
truth = numpy.einsum("a,az,ay,ax->zyx", weights, profiles[2], profiles[1], profiles[0], optimize=True)

a, b = numpy.fft.fftn(volume), numpy.fft.fftn(truth)
k = numpy.fft.fftfreq(size) * size
shell = numpy.rint(numpy.sqrt(k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2)).astype(int).ravel()
summed = lambda values: numpy.bincount(shell, values.ravel())[: size // 2 + 1]
fsc = summed((a * b.conj()).real) / numpy.sqrt(summed(abs(a) ** 2) * summed(abs(b) ** 2))
target = int(size / 2.5)
scale = (volume * truth).sum() / (truth**2).sum()
lowest = fsc[1 : target + 1].min()
print(f"FSC in shells 1 to {target} (2.5 pixels): lowest {lowest:.4f}; at {target}: {fsc[target]:.4f}; scale {scale:.4f}")
print(" ".join(f"{value:.4f}" for value in fsc))
if lowest < least:
    sys.exit(f"the lowest FSC {lowest:.4f} is below {least}")
