"""The density of a conformation by numpy alone, and how well a map agrees with it. For modes of straight motion."""
import h5py
import mrcfile
import numpy


class Model:
    def __init__(self, modes_path, modes, size, pixel_size):
        with h5py.File(modes_path, "r", locking=False) as file:
            self.positions, self.weights = file["structure/positions"][:], file["structure/weights"][:]
            numbers = list(file["modes/numbers"][:])
            self.vectors = file["modes/vectors"][:][[numbers.index(mode) for mode in modes]]
            self.sigma = float(numpy.ravel(file["structure/atom_sigma"][()])[0])
        self.axis = (numpy.arange(size) - size // 2) * pixel_size
        k = numpy.fft.fftfreq(size, 1 / size)
        square = k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2
        self.shell = numpy.rint(numpy.sqrt(square)).astype(int).ravel()

    def density(self, amplitudes):
        """The density, and a mask of the surroundings of the atoms."""
        place = self.positions + numpy.tensordot(amplitudes, self.vectors, 1)

        def sum_of_gaussians(weights, sigma):
            x, y, z = (numpy.exp(-((self.axis[None] - place[:, c : c + 1]) ** 2) / (2 * sigma**2)) for c in range(3))
            return numpy.einsum("a,az,ay,ax->zyx", weights, z, y, x, optimize=True)

        return sum_of_gaussians(self.weights, self.sigma), self.surroundings(place)

    def surroundings(self, place, within=8.0, edge=6.0):
        """1 within 8 Å of an atom, 0 beyond 14 Å, a cosine between."""
        z, y, x = numpy.meshgrid(self.axis, self.axis, self.axis, indexing="ij")
        square = numpy.full(x.shape, numpy.inf)
        for atom in place:
            box = tuple(numpy.flatnonzero(abs(self.axis - atom[c]) < within + edge) for c in (2, 1, 0))
            at = numpy.ix_(*box)
            square[at] = numpy.minimum(square[at], (x[at] - atom[0]) ** 2 + (y[at] - atom[1]) ** 2 + (z[at] - atom[2]) ** 2)
        beyond = numpy.clip((numpy.sqrt(square) - within) / edge, 0, 1)
        return 0.5 + 0.5 * numpy.cos(numpy.pi * beyond)

    def correlation(self, map_path, amplitudes):
        """Fourier shell correlation of a map with a conformation's density, both masked, shells 0, 1, …"""
        truth, mask = self.density(amplitudes)
        volume = mrcfile.open(map_path).data.astype(float)
        a, b = (numpy.fft.fftn((v - (v * mask).sum() / mask.sum()) * mask) for v in (truth, volume))
        product, first, second = (numpy.bincount(self.shell, v.ravel())[: len(self.axis) // 2 + 1]
                                  for v in ((a * b.conj()).real, abs(a) ** 2, abs(b) ** 2))
        with numpy.errstate(invalid="ignore"):  # shell 0 is 0: the mean is taken off
            return product / numpy.sqrt(first * second)
